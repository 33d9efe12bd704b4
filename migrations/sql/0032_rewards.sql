-- What members get for points: terms of an owner, versioned. What has been live is history: redemptions name it, so it never changes;
-- and a reward goes live only with the agreement of every partner that pays beyond the points. Both are also checked by
-- domain/rewards/managing.py.

CREATE TABLE reward (
    reward_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_reward_partner_id REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_reward_state CHECK (state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')),
    name varchar NOT NULL,
    kind varchar NOT NULL,
    partners uuid[] NOT NULL CONSTRAINT ck_reward_partners CHECK (cardinality(partners) > 0),
    sponsors uuid[] NOT NULL,
    personal boolean NOT NULL,
    terms jsonb NOT NULL,
    fingerprint bytea NOT NULL,
    commitment bytea CONSTRAINT ck_reward_commitment CHECK (length(commitment) = 32),
    created_at timestamptz NOT NULL,
    live_from timestamptz,
    live_until timestamptz,
    CONSTRAINT pk_reward PRIMARY KEY (reward_id, version),
    CONSTRAINT ck_reward_live_times CHECK (CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL
        WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL
        WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL
        ELSE (live_from IS NULL) = (live_until IS NULL) END)
);
CREATE UNIQUE INDEX uq_reward_one_draft ON reward (reward_id) WHERE state = 'DRAFT';
CREATE UNIQUE INDEX uq_reward_one_live ON reward (reward_id) WHERE state IN ('LIVE', 'PAUSED');
CREATE INDEX ix_reward_partner_id ON reward (partner_id);

CREATE TABLE reward_agreement (
    reward_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_reward_agreement_partner_id REFERENCES partner,
    fingerprint bytea NOT NULL,
    version integer NOT NULL,
    owner_id uuid NOT NULL,
    agreed_at timestamptz NOT NULL,
    CONSTRAINT pk_reward_agreement PRIMARY KEY (reward_id, partner_id, fingerprint),
    CONSTRAINT fk_reward_agreement_reward_id_version FOREIGN KEY (reward_id, version) REFERENCES reward (reward_id, version)
);

-- What a draw goes by: secret until it is drawn; its digest is public from the start, so that nobody can choose it anew.
CREATE TABLE reward_seed (
    reward_id uuid CONSTRAINT pk_reward_seed PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT fk_reward_seed_partner_id REFERENCES partner,
    seed bytea NOT NULL CONSTRAINT ck_reward_seed_seed CHECK (length(seed) = 32),
    made_at timestamptz NOT NULL,
    revealed_at timestamptz
);

-- A draw that took place: once for each reward, over the tickets that were closed for it.
CREATE TABLE reward_draw (
    reward_id uuid CONSTRAINT pk_reward_draw PRIMARY KEY,
    version integer NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_reward_draw_partner_id REFERENCES partner,
    tickets integer NOT NULL CONSTRAINT ck_reward_draw_tickets CHECK (tickets >= 0),
    digest bytea NOT NULL,
    drawn_at timestamptz NOT NULL,
    CONSTRAINT fk_reward_draw_reward_id_version FOREIGN KEY (reward_id, version) REFERENCES reward (reward_id, version)
);

-- The tickets of a draw as they were closed, numbered from 0 in the order of their ids. The holder is a pseudonym made with the seed,
-- so that anybody can see which tickets are one person's, and nobody whose.
CREATE TABLE reward_ticket (
    reward_id uuid NOT NULL,
    number integer NOT NULL CONSTRAINT ck_reward_ticket_number CHECK (number >= 0),
    ticket_id uuid NOT NULL,
    holder varchar NOT NULL,
    partner_id uuid NOT NULL,
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    CONSTRAINT pk_reward_ticket PRIMARY KEY (reward_id, number),
    CONSTRAINT uq_reward_ticket_reward_id_ticket_id UNIQUE (reward_id, ticket_id)
);

-- Who won what: each ticket at most once. The redemption is the entry by which the prize is handed over.
CREATE TABLE reward_winner (
    reward_id uuid NOT NULL,
    place integer NOT NULL CONSTRAINT ck_reward_winner_place CHECK (place > 0),
    number integer NOT NULL,
    thing varchar NOT NULL,
    partner_id uuid NOT NULL,
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    entry_id uuid,
    CONSTRAINT pk_reward_winner PRIMARY KEY (reward_id, place),
    CONSTRAINT uq_reward_winner_reward_id_number UNIQUE (reward_id, number),
    CONSTRAINT fk_reward_winner_reward_id_number FOREIGN KEY (reward_id, number) REFERENCES reward_ticket (reward_id, number)
);

CREATE FUNCTION guard_reward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state <> 'DRAFT' THEN
        IF to_jsonb(NEW) - ARRAY['state', 'live_until'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'live_until']
            OR (OLD.state, NEW.state) NOT IN (('LIVE', 'PAUSED'), ('LIVE', 'ENDED'), ('PAUSED', 'ENDED'))
            OR OLD.live_until IS NOT NULL AND NEW.live_until IS DISTINCT FROM OLD.live_until
        THEN
            RAISE EXCEPTION 'version % of reward % has been live and never changes; make the next version', OLD.version, OLD.reward_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_reward_live_never_changes';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'LIVE' AND EXISTS (
        SELECT FROM unnest(NEW.sponsors) AS s (partner_id) WHERE s.partner_id <> NEW.partner_id AND NOT EXISTS (
            SELECT FROM reward_agreement a
            WHERE a.reward_id = NEW.reward_id AND a.partner_id = s.partner_id AND a.fingerprint = NEW.fingerprint)
    ) THEN
        RAISE EXCEPTION 'a sponsor of reward % has not agreed to its terms', NEW.reward_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_reward_sponsors_agreed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER reward_guarded BEFORE INSERT OR UPDATE ON reward FOR EACH ROW EXECUTE FUNCTION guard_reward();

-- Whether a reward is told to whoever looks: those for everybody, to everybody; those of segments to the coalition, to the partners
-- they name, and to members, of whom the domain leaves out those that are not meant.
CREATE FUNCTION is_told_of(sight text, r reward) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT r.personal OR CASE split_part(sight, ':', 1) WHEN 'coalition' THEN true WHEN 'member' THEN true
        WHEN 'partner' THEN substr(sight, 9)::uuid = ANY (r.partner_id || r.partners || r.sponsors) ELSE false END
$$;

-- The rewards that can be had, or will be, for whoever looks.
CREATE FUNCTION rewards_live(sight text, at timestamptz)
RETURNS TABLE (reward_id uuid, version int, partner_id uuid, state varchar, terms text, live_from timestamptz, live_until timestamptz,
    commitment bytea, stock bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.reward_id, r.version, r.partner_id, r.state, r.terms::text, r.live_from, r.live_until, r.commitment,
        CASE WHEN r.terms ? 'stock' THEN COALESCE(stock_left(r.reward_id), 0) END
    FROM reward r
    WHERE r.state = 'LIVE' AND COALESCE((r.terms ->> 'ends_at')::timestamptz > at, true) AND is_told_of(sight, r)
    ORDER BY r.reward_id DESC
$$;

-- One reward as it was live last, also when it is over: its draw can still be checked, its gifts be read about.
CREATE FUNCTION reward_told(sight text, reward uuid)
RETURNS TABLE (reward_id uuid, version int, partner_id uuid, state varchar, terms text, live_from timestamptz, live_until timestamptz,
    commitment bytea, stock bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.reward_id, r.version, r.partner_id, r.state, r.terms::text, r.live_from, r.live_until, r.commitment,
        CASE WHEN r.terms ? 'stock' THEN COALESCE(stock_left(r.reward_id), 0) END
    FROM reward r WHERE r.reward_id = reward_told.reward AND r.live_from IS NOT NULL AND is_told_of(sight, r)
    ORDER BY r.version DESC LIMIT 1
$$;

-- Versions of rewards that redemptions name, or the version that is live (or paused) where none is named.
CREATE FUNCTION rewards_recorded(ids uuid[], versions int[])
RETURNS TABLE (reward_id uuid, version int, partner_id uuid, state varchar, terms text, live_from timestamptz, live_until timestamptz,
    commitment bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.reward_id, r.version, r.partner_id, r.state, r.terms::text, r.live_from, r.live_until, r.commitment
    FROM unnest(ids, versions) AS named (reward_id, version)
    JOIN reward r ON r.reward_id = named.reward_id
        AND CASE WHEN named.version IS NULL THEN r.state IN ('LIVE', 'PAUSED') ELSE r.version = named.version END
    WHERE r.live_from IS NOT NULL
$$;

-- How many pieces of rewards are left; rewards that tell nobody are told to their owner alone.
CREATE FUNCTION stocks_left(ids uuid[]) RETURNS TABLE (reward_id uuid, stock bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.reward_id, stock_left(r.reward_id)
    FROM (SELECT DISTINCT ON (x.reward_id) x.* FROM reward x WHERE x.reward_id = ANY (ids) ORDER BY x.reward_id, x.version DESC) r
    WHERE sees_partner(r.partner_id) OR r.live_from IS NOT NULL AND COALESCE((r.terms ->> 'shows_stock')::boolean, true)
$$;

-- What was given by redeeming rewards of kind CHARITY, by charity and by what each piece was worth: pieces that stand, and how many
-- members gave to the charity. Without a charity: to all; with a member: by that member alone.
CREATE FUNCTION gifts_given(recipient text, wallet uuid, member uuid) RETURNS TABLE (charity text, worth jsonb, pieces bigint, members bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH given AS MATERIALIZED (
        SELECT r.terms ->> 'charity' AS charity, g.worth, g.pieces_left, g.member_id
        FROM reward r JOIN reward_redemption g ON g.reward_id = r.reward_id AND g.version = r.version
        WHERE r.kind = 'CHARITY' AND r.live_from IS NOT NULL AND (recipient IS NULL OR r.terms ->> 'charity' = recipient)
            AND g.state NOT IN ('HELD', 'CANCELLED') AND (member IS NULL OR g.wallet_id = wallet AND g.member_id = member)
    ), people AS (
        SELECT g.charity, count(DISTINCT g.member_id) AS members FROM given g GROUP BY 1
    )
    SELECT g.charity, g.worth, sum(g.pieces_left)::bigint, p.members FROM given g JOIN people p ON p.charity = g.charity
    GROUP BY 1, 2, 4 ORDER BY 1
$$;

-- Whether a member has redeemed a reward and still has it; answers the partners that the reward names.
CREATE FUNCTION holds_reward(partner uuid, reward uuid, wallet uuid, member uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM reward_redemption h WHERE h.wallet_id = wallet AND h.member_id = member AND h.reward_id = reward
            AND h.state NOT IN ('HELD', 'CANCELLED'))
        AND EXISTS (SELECT FROM reward r WHERE r.reward_id = reward AND partner = ANY (r.partner_id || r.partners || r.sponsors))
$$;

-- Close the tickets of the viewer's own reward for its draw, number them, and open the seed. Tickets that came at the moment of the
-- draw or later, or were taken back, take no part. Nothing happens where it was done before.
CREATE FUNCTION close_draw(reward uuid, ver int, until timestamptz, at timestamptz)
RETURNS TABLE (tickets int, digest bytea, seed bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept reward_seed;
BEGIN
    SELECT s.* INTO kept FROM reward_seed s WHERE s.reward_id = reward AND sees_partner(s.partner_id) FOR UPDATE;
    IF NOT FOUND OR kept.revealed_at IS NOT NULL THEN
        RETURN;
    END IF;
    INSERT INTO reward_ticket (reward_id, number, ticket_id, holder, partner_id, wallet_id, member_id)
    SELECT reward, row_number() OVER (ORDER BY k.token_id) - 1, k.token_id,
        left(encode(sha256(kept.seed || uuid_send(k.member_id)), 'hex'), 32), kept.partner_id, k.wallet_id, k.member_id
    FROM token k
    WHERE k.reward_id = reward AND k.kind = 'TICKET' AND k.taken_back_entry IS NULL AND k.given_at < until;
    UPDATE reward_seed s SET revealed_at = at WHERE s.reward_id = reward;
    INSERT INTO reward_draw (reward_id, version, partner_id, tickets, digest, drawn_at)
    SELECT reward, ver, kept.partner_id, count(*), sha256(convert_to(COALESCE(string_agg(
        concat_ws(' ', t.number, t.ticket_id, t.holder) || E'\n', '' ORDER BY t.number), ''), 'UTF8')), at
    FROM reward_ticket t WHERE t.reward_id = reward;
    RETURN QUERY SELECT d.tickets, d.digest, kept.seed FROM reward_draw d WHERE d.reward_id = reward;
END $$;

-- What everybody is told of a draw: the seed once it is open, how many tickets there are by now, their digest, and which of them won.
CREATE FUNCTION draws_told(ids uuid[])
RETURNS TABLE (reward_id uuid, commitment bytea, seed bytea, tickets int, digest bytea, drawn_at timestamptz, winners jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.reward_id, sha256(s.seed), CASE WHEN s.revealed_at IS NOT NULL THEN s.seed END, COALESCE(d.tickets, (
            SELECT count(*)::int FROM token k WHERE k.reward_id = s.reward_id AND k.kind = 'TICKET' AND k.taken_back_entry IS NULL)),
        d.digest, d.drawn_at,
        COALESCE((SELECT jsonb_agg(jsonb_build_object('place', w.place, 'number', w.number, 'ticket', t.ticket_id, 'holder', t.holder,
            'thing', w.thing) ORDER BY w.place) FROM reward_winner w
            JOIN reward_ticket t ON t.reward_id = w.reward_id AND t.number = w.number WHERE w.reward_id = s.reward_id), '[]')
    FROM reward_seed s LEFT JOIN reward_draw d ON d.reward_id = s.reward_id
    WHERE s.reward_id = ANY (ids) AND EXISTS (SELECT FROM reward r WHERE r.reward_id = s.reward_id AND r.live_from IS NOT NULL)
$$;

-- The tickets of a draw that took place, from a number on, as its digest was made of them.
CREATE FUNCTION tickets_told(reward uuid, first int, most int) RETURNS TABLE (number int, ticket_id uuid, holder varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.number, t.ticket_id, t.holder FROM reward_ticket t WHERE t.reward_id = reward AND t.number >= first
    ORDER BY t.number LIMIT most
$$;
