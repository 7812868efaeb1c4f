create table parent (a int not null, b text default 'p', check (a > 0));
create table other (b text, c date, constraint c_there not null c no inherit);
create table child (d int, b text default 'c') inherits (parent, other);
create table grandchild () inherits (child);
alter table parent add column e int not null default 1;
alter table parent alter column b set not null;
alter table parent rename column a to aa;
alter table parent add constraint positive check (aa > 1);
alter table only parent drop column e;
alter table child no inherit other;
create table late (aa int constraint aa_there not null, b text not null, check (aa > 0), constraint positive check (aa > 1), constraint parent_a_check check (aa > 0));
alter table late inherit parent;
alter table child drop column aa;
alter table parent drop constraint positive;
alter table parent drop column b;

----
13:1 error 42P16: cannot drop inherited column "aa"
table child inherits parent
    aa integer not null inherited
    b text not null default 'c'
    c date
    d integer
    e integer not null default 1
    constraint parent_a_check check (aa > 0) inherited
    constraint parent_a_not_null not null (aa) inherited
    constraint parent_b_not_null not null (b) inherited
    constraint parent_e_not_null not null (e) inherited
table grandchild inherits child
    aa integer not null inherited
    b text not null default 'c' inherited
    c date inherited
    d integer inherited
    e integer not null default 1 inherited
    constraint parent_a_check check (aa > 0) inherited
    constraint parent_a_not_null not null (aa) inherited
    constraint parent_b_not_null not null (b) inherited
    constraint parent_e_not_null not null (e) inherited
table late inherits parent
    aa integer not null inherited, local
    b text not null
    constraint aa_there not null (aa) inherited
    constraint late_aa_check check (aa > 0)
    constraint late_b_not_null not null (b) inherited
    constraint parent_a_check check (aa > 0) inherited
    constraint positive check (aa > 1)
table other
    b text
    c date not null
    constraint c_there not null (c) no inherit
table parent
    aa integer not null
    constraint parent_a_check check (aa > 0)
    constraint parent_a_not_null not null (aa)
