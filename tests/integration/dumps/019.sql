
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.agent_runs (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    channel text NOT NULL,
    thread_id text NOT NULL,
    message_id text NOT NULL,
    "position" bigint NOT NULL,
    payload jsonb,
    state text DEFAULT 'pending'::text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    released integer DEFAULT 0 NOT NULL,
    worker_id uuid,
    stop_requested_at timestamp with time zone,
    nudges integer DEFAULT 0 NOT NULL,
    next_nudge_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    error_code text,
    input_tokens integer,
    output_tokens integer,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    waits_for_room boolean DEFAULT false NOT NULL,
    CONSTRAINT ck_agent_runs_state CHECK ((state = ANY (ARRAY['pending'::text, 'running'::text, 'done'::text, 'stopped'::text, 'failed'::text, 'cancelled'::text])))
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_analyze_scale_factor='0.05');

ALTER TABLE ONLY public.agent_runs FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agent_runs OWNER TO konstruct_owner;

CREATE TABLE public.tenant_limits (
    tenant_id uuid NOT NULL,
    runs_at_once integer,
    messages_per_minute integer,
    tokens_per_day bigint,
    CONSTRAINT ck_tenant_limits_messages_per_minute CHECK ((messages_per_minute > 0)),
    CONSTRAINT ck_tenant_limits_runs_at_once CHECK ((runs_at_once > 0)),
    CONSTRAINT ck_tenant_limits_tokens_per_day CHECK ((tokens_per_day > 0))
);

ALTER TABLE ONLY public.tenant_limits FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tenant_limits OWNER TO konstruct_owner;

CREATE TABLE public.worker_leases (
    id uuid NOT NULL,
    name text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.worker_leases FORCE ROW LEVEL SECURITY;

ALTER TABLE public.worker_leases OWNER TO konstruct_owner;

CREATE FUNCTION public.tenant_room(tenant uuid, default_runs_at_once integer) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT (COALESCE(( SELECT own.runs_at_once
            FROM public.tenant_limits own
           WHERE (own.tenant_id = tenant_room.tenant)), default_runs_at_once) - ( SELECT count(*) AS count
            FROM (public.agent_runs run
              JOIN public.worker_leases lease ON (((lease.id = run.worker_id) AND (lease.expires_at > clock_timestamp()))))
           WHERE ((run.tenant_id = tenant_room.tenant) AND (run.state = 'running'::text) AND (run.attempt >= 0))));
END;

ALTER FUNCTION public.tenant_room(tenant uuid, default_runs_at_once integer) OWNER TO konstruct_owner;

CREATE FUNCTION public.web_conversation_messages_take_seq() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            IF NEW.seq IS NULL THEN
                UPDATE web_conversations
                   SET last_seq = last_seq + 1, updated_at = clock_timestamp()
                 WHERE id = NEW.conversation_id AND tenant_id = NEW.tenant_id
                RETURNING last_seq INTO NEW.seq;
                -- The default was taken before the lock was waited for.
                NEW.created_at := clock_timestamp();
            END IF;
            RETURN NEW;
        END $$;

ALTER FUNCTION public.web_conversation_messages_take_seq() OWNER TO konstruct_owner;

ALTER TABLE public.agent_runs ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.agent_runs_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    role text DEFAULT ''::text NOT NULL,
    instructions text DEFAULT ''::text NOT NULL,
    model text,
    status text DEFAULT 'active'::text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    paused_notice text,
    CONSTRAINT ck_agents_status CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text])))
);

ALTER TABLE ONLY public.agents FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents OWNER TO konstruct_owner;

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

ALTER TABLE public.alembic_version OWNER TO konstruct_owner;

CREATE TABLE public.channel_connections (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid,
    channel_type text NOT NULL,
    workspace_id text NOT NULL,
    config jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT ck_channel_connections_channel_type CHECK ((channel_type = ANY (ARRAY['slack'::text, 'whatsapp'::text, 'mattermost'::text, 'rocketchat'::text, 'teams'::text, 'telegram'::text, 'signal'::text, 'web'::text])))
);

ALTER TABLE ONLY public.channel_connections FORCE ROW LEVEL SECURITY;

ALTER TABLE public.channel_connections OWNER TO konstruct_owner;

CREATE TABLE public.invitations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    email text NOT NULL,
    role text NOT NULL,
    token_hash text NOT NULL,
    invited_by uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT ck_invitations_email_lower CHECK ((email = lower(email))),
    CONSTRAINT ck_invitations_role CHECK ((role = ANY (ARRAY['customer_admin'::text, 'customer_operator'::text])))
);

ALTER TABLE ONLY public.invitations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.invitations OWNER TO konstruct_owner;

CREATE TABLE public.memberships (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT ck_memberships_role CHECK ((role = ANY (ARRAY['customer_admin'::text, 'customer_operator'::text])))
);

ALTER TABLE ONLY public.memberships FORCE ROW LEVEL SECURITY;

ALTER TABLE public.memberships OWNER TO konstruct_owner;

CREATE TABLE public.portal_sessions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    tenant_id uuid,
    refresh_hash text,
    previous_refresh_hash text,
    rotated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    given_up_refresh_hash text
);

ALTER TABLE ONLY public.portal_sessions FORCE ROW LEVEL SECURITY;

ALTER TABLE public.portal_sessions OWNER TO konstruct_owner;

CREATE TABLE public.portal_users (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    email text NOT NULL,
    display_name text NOT NULL,
    password_hash text,
    is_platform_admin boolean DEFAULT false NOT NULL,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT ck_portal_users_email_lower CHECK ((email = lower(email)))
);

ALTER TABLE ONLY public.portal_users FORCE ROW LEVEL SECURITY;

ALTER TABLE public.portal_users OWNER TO konstruct_owner;

CREATE TABLE public.tenants (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE ONLY public.tenants FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tenants OWNER TO konstruct_owner;

CREATE TABLE public.web_conversation_messages (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    role text NOT NULL,
    content text NOT NULL,
    status text DEFAULT 'complete'::text NOT NULL,
    seq bigint NOT NULL,
    reply_to uuid,
    client_message_id text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    error_code text,
    finish text,
    CONSTRAINT ck_web_conversation_messages_role CHECK ((role = ANY (ARRAY['user'::text, 'assistant'::text]))),
    CONSTRAINT ck_web_conversation_messages_status CHECK ((status = ANY (ARRAY['complete'::text, 'stopped'::text, 'failed'::text])))
);

ALTER TABLE ONLY public.web_conversation_messages FORCE ROW LEVEL SECURITY;

ALTER TABLE public.web_conversation_messages OWNER TO konstruct_owner;

CREATE TABLE public.web_conversations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    user_id uuid NOT NULL,
    last_seq bigint DEFAULT 0 NOT NULL,
    reset_seq bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
WITH (fillfactor='85');

ALTER TABLE ONLY public.web_conversations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.web_conversations OWNER TO konstruct_owner;

INSERT INTO public.agent_runs OVERRIDING SYSTEM VALUE VALUES ('30000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'web', '10000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', 1, '{"text": "Grüße 日本"}', 'done', 1, 0, '90000000-0000-4000-8000-000000000001', NULL, 0, '2026-01-05 10:10:00+00', '2026-01-05 10:10:00+00', '2026-01-05 10:10:05+00', NULL, 120, 9, '2026-01-05 10:10:00+00', false);
INSERT INTO public.agent_runs OVERRIDING SYSTEM VALUE VALUES ('30000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'web', '10000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000003', 2, '{"text": "Tell me all."}', 'stopped', 1, 0, '90000000-0000-4000-8000-000000000001', NULL, 0, '2026-01-05 10:11:00+00', '2026-01-05 10:11:00+00', '2026-01-05 10:11:05+00', NULL, 130, 3, '2026-01-05 10:11:00+00', false);
INSERT INTO public.agent_runs OVERRIDING SYSTEM VALUE VALUES ('30000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'web', '10000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000005', 3, '{"text": "Again?"}', 'failed', 3, 0, '90000000-0000-4000-8000-000000000001', NULL, 0, '2026-01-05 10:12:00+00', '2026-01-05 10:12:00+00', '2026-01-05 10:12:05+00', 'model_unavailable', 0, 0, '2026-01-05 10:12:00+00', false);
INSERT INTO public.agent_runs OVERRIDING SYSTEM VALUE VALUES ('30000000-0000-4000-8000-000000000004', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'web', '10000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000005', 4, NULL, 'done', 4, 0, '90000000-0000-4000-8000-000000000001', NULL, 0, '2026-01-05 10:13:00+00', '2026-01-05 10:13:00+00', '2026-01-05 10:13:05+00', NULL, 140, 1024, '2026-01-05 10:13:00+00', false);
INSERT INTO public.agent_runs OVERRIDING SYSTEM VALUE VALUES ('30000000-0000-4000-8000-000000000005', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000002', 'web', '10000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000008', 5, '{"text": "Anybody there?"}', 'pending', 0, 0, NULL, NULL, 0, '2026-01-05 10:14:00+00', NULL, NULL, NULL, NULL, NULL, '2026-01-05 10:14:00+00', false);
INSERT INTO public.agent_runs OVERRIDING SYSTEM VALUE VALUES ('30000000-0000-4000-8000-000000000006', 'a0000000-0000-4000-8000-000000000002', 'c0000000-0000-4000-8000-000000000003', 'web', '10000000-0000-4000-8000-000000000003', '20000000-0000-4000-8000-000000000009', 6, '{"text": "Globex asks."}', 'running', 1, 0, '90000000-0000-4000-8000-000000000001', NULL, 0, '2026-01-06 10:14:00+00', '2026-01-06 10:14:00+00', NULL, NULL, NULL, NULL, '2026-01-06 10:14:00+00', false);
INSERT INTO public.agent_runs OVERRIDING SYSTEM VALUE VALUES ('30000000-0000-4000-8000-000000000007', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'web', '10000000-0000-4000-8000-00000000000f', '20000000-0000-4000-8000-00000000000f', 7, NULL, 'cancelled', 0, 0, NULL, NULL, 0, '2026-01-05 10:15:00+00', NULL, '2026-01-05 10:15:05+00', NULL, NULL, NULL, '2026-01-05 10:15:00+00', false);

INSERT INTO public.agents VALUES ('c0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'Ada', 'Support', 'Be kind.', NULL, 'active', '2026-01-05 09:00:00+00', NULL);
INSERT INTO public.agents VALUES ('c0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000001', 'Max', 'Sales', '', 'openai:gpt-5-mini', 'paused', '2026-01-05 09:01:00+00', 'Back on Monday.');
INSERT INTO public.agents VALUES ('c0000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000002', 'Ada', '', '', NULL, 'active', '2026-01-06 09:00:00+00', NULL);

INSERT INTO public.alembic_version VALUES ('019');

INSERT INTO public.channel_connections VALUES ('d0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'slack', 'T0ACME', '{"team": "Acme"}', '2026-01-07 09:00:00+00');
INSERT INTO public.channel_connections VALUES ('d0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000002', NULL, 'slack', 'T0ACME', '{}', '2026-01-07 10:00:00+00');

INSERT INTO public.invitations VALUES ('e0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'new@acme.example', 'customer_operator', 'hash 1', 'b0000000-0000-4000-8000-000000000001', '2026-01-15 08:00:00+00', NULL, NULL, '2026-01-08 08:00:00+00');
INSERT INTO public.invitations VALUES ('e0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000001', 'ben@acme.example', 'customer_operator', 'hash 2', 'b0000000-0000-4000-8000-000000000004', '2026-01-12 08:00:00+00', '2026-01-05 08:02:00+00', NULL, '2026-01-05 08:01:30+00');

INSERT INTO public.memberships VALUES ('a0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000001', 'customer_admin', '2026-01-05 08:01:00+00');
INSERT INTO public.memberships VALUES ('a0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000002', 'customer_operator', '2026-01-05 08:02:00+00');
INSERT INTO public.memberships VALUES ('a0000000-0000-4000-8000-000000000002', 'b0000000-0000-4000-8000-000000000003', 'customer_admin', '2026-01-06 08:02:00+00');

INSERT INTO public.portal_sessions VALUES ('f0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'refresh 2', 'refresh 1', '2026-01-09 08:00:00+00', '2026-02-08 08:00:00+00', NULL, '2026-01-08 08:00:00+00', NULL);

INSERT INTO public.portal_users VALUES ('b0000000-0000-4000-8000-000000000001', 'anna@acme.example', 'Anna', 'no password', false, NULL, '2026-01-05 08:01:00+00');
INSERT INTO public.portal_users VALUES ('b0000000-0000-4000-8000-000000000002', 'ben@acme.example', 'Ben', NULL, false, NULL, '2026-01-05 08:02:00+00');
INSERT INTO public.portal_users VALUES ('b0000000-0000-4000-8000-000000000003', 'gus@globex.example', 'Gus', NULL, false, NULL, '2026-01-06 08:02:00+00');
INSERT INTO public.portal_users VALUES ('b0000000-0000-4000-8000-000000000004', 'root@konstruct.example', 'Root', NULL, true, NULL, '2026-01-01 08:00:00+00');

INSERT INTO public.tenant_limits VALUES ('a0000000-0000-4000-8000-000000000002', 4, NULL, 100000);

INSERT INTO public.tenants VALUES ('a0000000-0000-4000-8000-000000000001', 'Acme', 'acme', '2026-01-05 08:00:00+00');
INSERT INTO public.tenants VALUES ('a0000000-0000-4000-8000-000000000002', 'Globex', 'globex', '2026-01-06 08:00:00+00');

INSERT INTO public.web_conversation_messages VALUES ('20000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'user', 'Grüße 日本', 'complete', 1, NULL, 'client-1', '2026-01-05 10:11:00+00', NULL, NULL);
INSERT INTO public.web_conversation_messages VALUES ('20000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'assistant', 'Hello Anna.', 'complete', 2, '20000000-0000-4000-8000-000000000001', NULL, '2026-01-05 10:12:00+00', NULL, 'stop');
INSERT INTO public.web_conversation_messages VALUES ('20000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'user', 'Tell me all.', 'complete', 3, NULL, 'client-2', '2026-01-05 10:13:00+00', NULL, NULL);
INSERT INTO public.web_conversation_messages VALUES ('20000000-0000-4000-8000-000000000004', 'a0000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'assistant', 'It beg', 'stopped', 4, '20000000-0000-4000-8000-000000000003', NULL, '2026-01-05 10:14:00+00', NULL, NULL);
INSERT INTO public.web_conversation_messages VALUES ('20000000-0000-4000-8000-000000000005', 'a0000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'user', 'Again?', 'complete', 5, NULL, NULL, '2026-01-05 10:15:00+00', NULL, NULL);
INSERT INTO public.web_conversation_messages VALUES ('20000000-0000-4000-8000-000000000006', 'a0000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'assistant', '', 'failed', 6, '20000000-0000-4000-8000-000000000005', NULL, '2026-01-05 10:16:00+00', 'model_unavailable', NULL);
INSERT INTO public.web_conversation_messages VALUES ('20000000-0000-4000-8000-000000000007', 'a0000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'assistant', 'Now I can: a long', 'complete', 7, '20000000-0000-4000-8000-000000000005', NULL, '2026-01-05 10:17:00+00', NULL, 'length');
INSERT INTO public.web_conversation_messages VALUES ('20000000-0000-4000-8000-000000000008', 'a0000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000002', 'user', 'Anybody there?', 'complete', 1, NULL, 'client-1', '2026-01-05 10:11:00+00', NULL, NULL);
INSERT INTO public.web_conversation_messages VALUES ('20000000-0000-4000-8000-000000000009', 'a0000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000003', 'user', 'Globex asks.', 'complete', 1, NULL, 'client-1', '2026-01-05 10:11:00+00', NULL, NULL);

INSERT INTO public.web_conversations VALUES ('10000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000001', 7, 0, '2026-01-05 10:00:00+00', '2026-01-05 10:20:00+00');
INSERT INTO public.web_conversations VALUES ('10000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000002', 'b0000000-0000-4000-8000-000000000002', 1, 0, '2026-01-05 10:01:00+00', '2026-01-05 10:20:00+00');
INSERT INTO public.web_conversations VALUES ('10000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000002', 'c0000000-0000-4000-8000-000000000003', 'b0000000-0000-4000-8000-000000000003', 1, 0, '2026-01-06 10:00:00+00', '2026-01-05 10:20:00+00');

INSERT INTO public.worker_leases VALUES ('90000000-0000-4000-8000-000000000001', 'worker-1', '2026-01-08 08:00:00+00', '2026-01-08 09:00:00+00');

SELECT pg_catalog.setval('public.agent_runs_position_seq', 7, true);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.agent_runs
    ADD CONSTRAINT pk_agent_runs PRIMARY KEY (id);

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT pk_agents PRIMARY KEY (id);

ALTER TABLE ONLY public.channel_connections
    ADD CONSTRAINT pk_channel_connections PRIMARY KEY (id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT pk_invitations PRIMARY KEY (id);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT pk_memberships PRIMARY KEY (tenant_id, user_id);

ALTER TABLE ONLY public.portal_sessions
    ADD CONSTRAINT pk_portal_sessions PRIMARY KEY (id);

ALTER TABLE ONLY public.portal_users
    ADD CONSTRAINT pk_portal_users PRIMARY KEY (id);

ALTER TABLE ONLY public.tenant_limits
    ADD CONSTRAINT pk_tenant_limits PRIMARY KEY (tenant_id);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT pk_tenants PRIMARY KEY (id);

ALTER TABLE ONLY public.web_conversation_messages
    ADD CONSTRAINT pk_web_conversation_messages PRIMARY KEY (id);

ALTER TABLE ONLY public.web_conversations
    ADD CONSTRAINT pk_web_conversations PRIMARY KEY (id);

ALTER TABLE ONLY public.worker_leases
    ADD CONSTRAINT pk_worker_leases PRIMARY KEY (id);

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT uq_agents_tenant_id_id UNIQUE (tenant_id, id);

ALTER TABLE ONLY public.channel_connections
    ADD CONSTRAINT uq_channel_connections_tenant_id_channel_type_workspace_id UNIQUE (tenant_id, channel_type, workspace_id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT uq_invitations_token_hash UNIQUE (token_hash);

ALTER TABLE ONLY public.portal_sessions
    ADD CONSTRAINT uq_portal_sessions_refresh_hash UNIQUE (refresh_hash);

ALTER TABLE ONLY public.portal_users
    ADD CONSTRAINT uq_portal_users_email UNIQUE (email);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT uq_tenants_slug UNIQUE (slug);

ALTER TABLE ONLY public.web_conversation_messages
    ADD CONSTRAINT uq_web_conversation_messages_conversation_id_id UNIQUE (conversation_id, id);

ALTER TABLE ONLY public.web_conversation_messages
    ADD CONSTRAINT uq_web_conversation_messages_conversation_id_seq UNIQUE (conversation_id, seq);

ALTER TABLE ONLY public.web_conversations
    ADD CONSTRAINT uq_web_conversations_tenant_id_agent_id_user_id UNIQUE (tenant_id, agent_id, user_id);

ALTER TABLE ONLY public.web_conversations
    ADD CONSTRAINT uq_web_conversations_tenant_id_id UNIQUE (tenant_id, id);

CREATE INDEX ix_agent_runs_due ON public.agent_runs USING btree (next_nudge_at) WHERE ((state = ANY (ARRAY['pending'::text, 'running'::text])) AND (next_nudge_at < 'infinity'::timestamp with time zone));

CREATE INDEX ix_agent_runs_message_id ON public.agent_runs USING btree (message_id);

CREATE INDEX ix_agent_runs_running ON public.agent_runs USING btree (tenant_id, worker_id) WHERE ((state = 'running'::text) AND (attempt >= 0));

CREATE INDEX ix_agent_runs_thread ON public.agent_runs USING btree (agent_id, thread_id);

CREATE INDEX ix_agent_runs_unfinished ON public.agent_runs USING hash (thread_id) WHERE (state = ANY (ARRAY['pending'::text, 'running'::text]));

CREATE INDEX ix_agent_runs_usage ON public.agent_runs USING btree (tenant_id, finished_at) INCLUDE (input_tokens, output_tokens) WHERE (finished_at IS NOT NULL);

CREATE INDEX ix_agent_runs_waiting ON public.agent_runs USING btree (tenant_id, "position") WHERE (waits_for_room AND (state = 'pending'::text));

CREATE INDEX ix_channel_connections_agent ON public.channel_connections USING btree (tenant_id, agent_id);

CREATE INDEX ix_invitations_invited_by ON public.invitations USING btree (invited_by);

CREATE INDEX ix_invitations_tenant_id ON public.invitations USING btree (tenant_id);

CREATE INDEX ix_memberships_user_id ON public.memberships USING btree (user_id);

CREATE INDEX ix_portal_sessions_expires_at ON public.portal_sessions USING btree (expires_at);

CREATE INDEX ix_portal_sessions_given_up_refresh_hash ON public.portal_sessions USING btree (given_up_refresh_hash);

CREATE INDEX ix_portal_sessions_previous_refresh_hash ON public.portal_sessions USING btree (previous_refresh_hash);

CREATE INDEX ix_portal_sessions_tenant_id ON public.portal_sessions USING btree (tenant_id);

CREATE INDEX ix_portal_sessions_user_id ON public.portal_sessions USING btree (user_id);

CREATE INDEX ix_web_conversation_messages_conversation_id_created_at ON public.web_conversation_messages USING btree (conversation_id, created_at);

CREATE INDEX ix_web_conversation_messages_reply_to ON public.web_conversation_messages USING btree (conversation_id, reply_to) WHERE (reply_to IS NOT NULL);

CREATE INDEX ix_web_conversations_user_id ON public.web_conversations USING btree (user_id, tenant_id);

CREATE INDEX ix_worker_leases_expires_at ON public.worker_leases USING btree (expires_at);

CREATE UNIQUE INDEX uq_agents_tenant_id_lower_name ON public.agents USING btree (tenant_id, lower(name));

CREATE UNIQUE INDEX uq_invitations_open ON public.invitations USING btree (tenant_id, email) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL));

CREATE UNIQUE INDEX uq_web_conversation_messages_client_message_id ON public.web_conversation_messages USING btree (conversation_id, client_message_id) WHERE (client_message_id IS NOT NULL);

CREATE UNIQUE INDEX uq_web_conversation_messages_outcome ON public.web_conversation_messages USING btree (reply_to) WHERE ((role = 'assistant'::text) AND (status <> 'failed'::text));

CREATE TRIGGER take_seq BEFORE INSERT ON public.web_conversation_messages FOR EACH ROW WHEN ((new.seq IS NULL)) EXECUTE FUNCTION public.web_conversation_messages_take_seq();

ALTER TABLE ONLY public.agent_runs
    ADD CONSTRAINT fk_agent_runs_tenant_id_agent_id FOREIGN KEY (tenant_id, agent_id) REFERENCES public.agents(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT fk_agents_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.channel_connections
    ADD CONSTRAINT fk_channel_connections_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.channel_connections
    ADD CONSTRAINT fk_channel_connections_tenant_id_agent_id FOREIGN KEY (tenant_id, agent_id) REFERENCES public.agents(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT fk_invitations_invited_by FOREIGN KEY (invited_by) REFERENCES public.portal_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT fk_invitations_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT fk_memberships_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT fk_memberships_user_id FOREIGN KEY (user_id) REFERENCES public.portal_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.portal_sessions
    ADD CONSTRAINT fk_portal_sessions_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.portal_sessions
    ADD CONSTRAINT fk_portal_sessions_user_id FOREIGN KEY (user_id) REFERENCES public.portal_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.tenant_limits
    ADD CONSTRAINT fk_tenant_limits_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.web_conversation_messages
    ADD CONSTRAINT fk_web_conversation_messages_conversation_id_reply_to FOREIGN KEY (conversation_id, reply_to) REFERENCES public.web_conversation_messages(conversation_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.web_conversation_messages
    ADD CONSTRAINT fk_web_conversation_messages_tenant_id_conversation_id FOREIGN KEY (tenant_id, conversation_id) REFERENCES public.web_conversations(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.web_conversations
    ADD CONSTRAINT fk_web_conversations_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.web_conversations
    ADD CONSTRAINT fk_web_conversations_tenant_id_agent_id FOREIGN KEY (tenant_id, agent_id) REFERENCES public.agents(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.web_conversations
    ADD CONSTRAINT fk_web_conversations_user_id FOREIGN KEY (user_id) REFERENCES public.portal_users(id) ON DELETE CASCADE;

ALTER TABLE public.agent_runs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents ENABLE ROW LEVEL SECURITY;

CREATE POLICY anyone_reads ON public.worker_leases FOR SELECT USING (true);

ALTER TABLE public.channel_connections ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.invitations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.memberships ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.portal_sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.portal_users ENABLE ROW LEVEL SECURITY;

CREATE POLICY system_all ON public.agent_runs TO konstruct_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.agents TO konstruct_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.channel_connections TO konstruct_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.invitations TO konstruct_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.memberships TO konstruct_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.portal_sessions TO konstruct_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.portal_users TO konstruct_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.tenant_limits TO konstruct_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.tenants TO konstruct_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.web_conversation_messages TO konstruct_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.web_conversations TO konstruct_system USING (true) WITH CHECK (true);

CREATE POLICY system_all ON public.worker_leases TO konstruct_system USING (true) WITH CHECK (true);

ALTER TABLE public.tenant_limits ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant_members ON public.portal_users FOR SELECT USING ((EXISTS ( SELECT
   FROM public.memberships m
  WHERE ((m.user_id = portal_users.id) AND (m.tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid)))));

CREATE POLICY tenant_reads ON public.tenant_limits FOR SELECT USING ((tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant_rows ON public.agent_runs USING ((tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant_rows ON public.agents USING ((tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant_rows ON public.channel_connections USING ((tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant_rows ON public.invitations USING ((tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant_rows ON public.memberships USING ((tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant_rows ON public.tenants USING ((id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid)) WITH CHECK ((id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant_rows ON public.web_conversation_messages USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant_rows ON public.web_conversations USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid AS "nullif")));

ALTER TABLE public.tenants ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.web_conversation_messages ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.web_conversations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.worker_leases ENABLE ROW LEVEL SECURITY;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_runs TO konstruct_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_runs TO konstruct_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tenant_limits TO konstruct_system;
GRANT SELECT ON TABLE public.tenant_limits TO konstruct_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.worker_leases TO konstruct_system;
GRANT SELECT ON TABLE public.worker_leases TO konstruct_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agents TO konstruct_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agents TO konstruct_app;

GRANT SELECT ON TABLE public.alembic_version TO konstruct_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.channel_connections TO konstruct_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.channel_connections TO konstruct_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.invitations TO konstruct_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.invitations TO konstruct_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memberships TO konstruct_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memberships TO konstruct_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.portal_sessions TO konstruct_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.portal_users TO konstruct_system;

GRANT SELECT(id) ON TABLE public.portal_users TO konstruct_app;

GRANT SELECT(email) ON TABLE public.portal_users TO konstruct_app;

GRANT SELECT(display_name) ON TABLE public.portal_users TO konstruct_app;

GRANT SELECT(is_platform_admin) ON TABLE public.portal_users TO konstruct_app;

GRANT SELECT(disabled_at) ON TABLE public.portal_users TO konstruct_app;

GRANT SELECT(created_at) ON TABLE public.portal_users TO konstruct_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tenants TO konstruct_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tenants TO konstruct_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.web_conversation_messages TO konstruct_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.web_conversation_messages TO konstruct_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.web_conversations TO konstruct_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.web_conversations TO konstruct_app;

