/**
 * The farm's own tables, step by step. A step that was released is never changed: what has to be different is another step at
 * the end. pg-boss keeps its tables in a schema of its own.
 */
export const migrations: readonly string[] = [
  `
  create table token (
    name text primary key,
    role text not null check (role in ('worker', 'driver')),
    -- SHA-256 of the secret, which nobody can read back
    hash text not null unique,
    made timestamptz not null default now()
  );

  create table worker (
    session uuid primary key default gen_random_uuid(),
    token text not null references token on delete cascade,
    name text not null,
    machine text not null,
    slots int not null,
    labels text[] not null,
    began timestamptz not null default now(),
    seen timestamptz not null default now(),
    gone timestamptz,
    -- of its machine, in a row, and when the last one was
    faults int not null default 0,
    failed timestamptz,
    done int not null default 0
  );
  create index worker_live on worker (seen) where gone is null;

  create table run (
    id text primary key,
    owner text not null references token,
    -- labels that a worker must have; asked: those of them that the user named
    needs text[] not null,
    asked text[] not null,
    -- attempts of one test go to different machines
    spread boolean not null,
    state text not null default 'open' check (state in ('open', 'cancelled', 'ended')),
    opened timestamptz not null default now(),
    touched timestamptz not null default now(),
    results int not null default 0
  );

  create table blob (
    sha256 text not null,
    size bigint not null,
    -- results are for drivers only
    kind text not null check (kind in ('input', 'result')),
    upload uuid not null unique,
    made timestamptz not null default now(),
    primary key (sha256, kind)
  );
  create table chunk (
    upload uuid not null,
    part int not null,
    bytes bytea not null,
    made timestamptz not null default now(),
    primary key (upload, part)
  );
  -- the contents are compressed already
  alter table chunk alter column bytes set storage external;

  create table task (
    run text not null references run on delete cascade,
    suite text not null,
    name text not null,
    attempt int not null,
    order_sha256 text not null,
    weight int not null,
    expire_seconds int not null,
    -- held: until the attempt before it has a machine
    state text not null check (state in ('held', 'waiting', 'leased', 'done', 'cancelled')),
    -- where it was made last
    machine text,
    -- waits for a machine that does nothing else
    alone boolean not null default false,
    -- where it was lost last
    lost_on text,
    primary key (run, suite, name, attempt)
  );
  create index task_waiting on task (run, alone) where state = 'waiting';
  create index task_held on task (run) where state = 'held';

  create table lease (
    job uuid primary key,
    queue text not null,
    retry_count int not null,
    run text not null,
    suite text not null,
    name text not null,
    attempt int not null,
    worker uuid not null references worker on delete cascade,
    machine text not null,
    alone boolean not null,
    began timestamptz not null default now(),
    beat timestamptz not null default now(),
    expire_seconds int not null,
    foreign key (run, suite, name, attempt) references task on delete cascade
  );
  create index lease_run on lease (run);
  create index lease_machine on lease (machine);
  create index lease_worker on lease (worker);

  create table loss (
    id bigint generated always as identity primary key,
    run text not null,
    suite text not null,
    name text not null,
    attempt int not null,
    -- whose it was: the job of pg-boss, and the worker
    job uuid not null,
    session uuid not null,
    worker text not null,
    machine text not null,
    reason text not null,
    -- it was not heard of any more; when it is later, it was not the job that ended it
    silent boolean not null,
    at timestamptz not null default now(),
    -- when its result came nevertheless, and was refused
    late timestamptz,
    foreign key (run, suite, name, attempt) references task on delete cascade
  );
  create index loss_task on loss (run, suite, name, attempt);
  create index loss_job on loss (job);

  create table result (
    run text not null,
    number int not null,
    suite text not null,
    name text not null,
    attempt int not null,
    job uuid not null,
    worker text not null,
    machine text not null,
    session uuid,
    outcome jsonb not null,
    at timestamptz not null default now(),
    primary key (run, number),
    unique (run, suite, name, attempt),
    foreign key (run, suite, name, attempt) references task on delete cascade
  );
  create index result_blob on result ((outcome -> 'blob' ->> 'sha256'));

  -- the farm's own; at most one
  create table certificate (
    one bool primary key default true check (one),
    cert text not null,
    key text not null
  );

  -- how often things happened, for metrics
  create table tally (
    name text primary key,
    value bigint not null default 0
  );
  `,
  `
  -- of a suspect worker: a test that another machine passed, made again for nothing but to see whether it passes
  alter table lease add column canary boolean not null default false;
  `,
];
