create text search dictionary public.d (template = simple);
create text search configuration public.cfg (copy = simple);
alter text search configuration cfg alter mapping for word with d;
COMMENT ON TEXT SEARCH CONFIGURATION public.cfg IS 'words';
