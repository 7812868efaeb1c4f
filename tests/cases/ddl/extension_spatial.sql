-- querygen only: the embedded server has none of these extensions.
create extension postgis_raster;
create extension postgis_raster cascade;
create extension postgis_topology schema topology;
create schema if not exists topology;
create extension postgis_tiger_geocoder schema public;
create extension pg_cron schema pg_catalog;
create extension hll;
create extension pgaudit;
create table place (
  id int primary key,
  at geometry(Point, 4326) not null,
  at3 geometry('pointz', 2154),
  area geography(multipolygon),
  shapes geometry(geometrycollectionzm)[],
  any_shape geometry(geometry, 4326),
  none geometry,
  odd geometry(point, 1000000),
  seen hll(10, 4, -1, 1),
  usual hll(12),
  near raster
);
create table wrong (a geometry(circle, 4326));
create table wrong_too (a geometry(point, here));
create table wrong_again (a geometry(point, 4326)[], b geometry(4326));
create table wrong_as_well (a hll(10, 4, 3));
create index on place using gist (at);
create view near as
select p.id, st_distance(p.at, q.at) as metres, st_asgeojson(p.at) as json, p.at && q.at as touching, p.at::geography as g,
       st_transform(p.at, 3857) as flat, (st_dump(p.at)).geom as part
from place p, place q where st_dwithin(p.at::geography, q.at::geography, 10);
create table job (run cron.job_run_details, g topology.topogeometry);
drop extension postgis;
----
2:1 error 42704: required extension "postgis" is not installed
  hint: Use CREATE EXTENSION ... CASCADE to install required extensions too.
6:1 error 0A000: extension "postgis_tiger_geocoder" must be installed in schema "tiger"
23:23 error 22023: Invalid geometry type modifier: circle
24:27 error 22P02: invalid input syntax for type integer: "here"
25:56 error 22023: Invalid geometry type modifier: 4326
26:31 error 22023: expthresh modifier must be power of 2
33:1 error 2BP01: cannot drop extension postgis because other objects depend on it
  detail: extension postgis_raster depends on extension postgis
  hint: Use DROP ... CASCADE to drop the dependent objects too.
schema cron
table job
    run cron.job_run_details
    g topology.topogeometry
view near
    id integer
    metres double precision
    "json" text
    touching boolean
    g geography
    flat geometry
    part geometry
table place
    id integer not null
    at geometry(Point,4326) not null
    at3 geometry(PointZ,2154)
    area geography(MultiPolygon,4326)
    shapes geometry(GeometryCollectionZM)[]
    any_shape geometry(Geometry,4326)
    "none" geometry
    odd geometry(Point,999001)
    seen hll(10,4,-1,1)
    usual hll(12,5,-1,1)
    near raster
    constraint place_at_not_null not null (at)
    constraint place_id_not_null not null (id)
    constraint place_pkey primary key (id)
    index place_at_idx gist (at)
schema topology
extension hll
extension pg_cron
extension pgaudit
extension postgis
extension postgis_raster
extension postgis_topology
