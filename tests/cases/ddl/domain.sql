create domain email as varchar(255) default 'none' check (value like '%@%') not null;
create domain work_email as email constraint company check (value like '%@example.com');
create domain positive int check (value > 0) check (value < 1000);
alter domain positive add constraint even check (value % 2 = 0) not valid;
alter domain positive validate constraint even;
alter domain positive set not null;
alter domain positive set default 2;
alter domain positive drop constraint positive_check1;
alter domain positive rename constraint even to is_even;
alter domain email drop not null;
alter domain email drop default;
alter domain work_email rename to office_email;
create domain many as positive[];
comment on domain email is 'an address';
comment on constraint is_even on domain positive is 'no odd ones';
create table t (e email, p positive, m many);

----
domain email character varying(255)  -- an address
    constraint email_check check (value like '%@%')
domain many positive[]
domain office_email email
    constraint company check (value like '%@example.com')
domain positive integer not null default 2
    constraint positive_check check (value > 0)
    constraint is_even check (value % 2 = 0)  -- no odd ones
    constraint positive_not_null not null
table t
    e email
    p positive
    m many
