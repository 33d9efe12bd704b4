-- Cases, registrations and recalls: who sees them, what follows from returns and merges, and the doors that mind whose it is.

CREATE FUNCTION sees_somebody() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT COALESCE(current_setting('app.sight', true), '') SIMILAR TO '(coalition|partner:%|member:%)' $$;

-- By which numbers shops sell an article of a maker's.
CREATE FUNCTION article_skus(maker uuid, said text, bar_code text) RETURNS TABLE (partner_id uuid, sku varchar) LANGUAGE sql STABLE AS $$
    SELECT p.partner_id, p.sku FROM product p
    WHERE p.maker_id = maker AND (p.gtin = bar_code OR p.sku = said) OR p.partner_id = maker AND p.sku = said
$$;

-- What is left of a line after what came back.
CREATE FUNCTION kept_of(wallet uuid, purchase uuid, line int, bought numeric) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT bought - COALESCE((SELECT sum(b.quantity) FROM purchase_return g CROSS JOIN LATERAL unnest(g.numbers, g.quantities)
        AS b (number, quantity) WHERE g.wallet_id = wallet AND g.purchase_entry_id = purchase AND b.number = line), 0)
$$;

-- The key under which a member's own is sealed, still sealed by the one outside: for itself, and for who knows it or has a case of it.
CREATE FUNCTION key_for_cases(member uuid) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.sealed_key FROM personal_data d
    WHERE d.member_id = member AND (sees_member(member)
        OR EXISTS (SELECT FROM link l WHERE l.member_id = member AND sees_partner(l.partner_id))
        OR EXISTS (SELECT FROM service_case c WHERE c.key_of = member AND (sees_any(c.parties) OR sees_member(c.member_id))))
    LIMIT 1
$$;

-- What became of the warranty of a product of a member's, for a case about it: of a registration, or of the newest of an article. Nothing,
-- where the member has none.
CREATE FUNCTION coverage_of(registration uuid, member uuid, maker uuid, said text, at timestamptz)
RETURNS TABLE (registration_id uuid, partner_id uuid, article varchar, coverage text, purchase_wallet_id uuid, purchase_entry_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.registration_id, r.partner_id, r.article, CASE
            WHEN r.state = 'ENDED' THEN CASE r.ended WHEN 'RETURNED' THEN 'RETURNED' WHEN 'TRANSFERRED' THEN 'TRANSFERRED' ELSE 'NOT_REGISTERED' END
            WHEN r.warranty_until IS NULL THEN 'NO_TERMS'
            WHEN r.warranty_until <= at THEN 'EXPIRED' ELSE 'COVERED' END,
        CASE WHEN sees_member(member) THEN r.purchase_wallet_id END, CASE WHEN sees_member(member) THEN r.purchase_entry_id END
    FROM registration r
    WHERE r.member_id = member
        AND (r.registration_id = registration OR registration IS NULL AND r.partner_id = maker AND r.article = said)
        AND (sees_member(member) OR EXISTS (SELECT FROM link l WHERE l.member_id = member AND sees_partner(l.partner_id)))
    ORDER BY r.state, r.registered_at DESC LIMIT 1
$$;

-- How serials stand: LISTED or not by the maker, and REGISTERED by somebody. Whose they are is told to nobody.
CREATE FUNCTION serial_standing(maker uuid, said bytea) RETURNS TABLE (listed boolean, article varchar, registered boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.digest IS NOT NULL, s.article, EXISTS (SELECT FROM registration r WHERE r.partner_id = maker AND r.serial = said
        AND r.state = 'ACTIVE')
    FROM (SELECT 1) one LEFT JOIN product_serial s ON s.partner_id = maker AND s.digest = said WHERE sees_somebody()
$$;

-- The first line on which a member bought an article and kept more of it than it has registered by that line.
CREATE FUNCTION bought_line(member uuid, maker uuid, said text, bar_code text, at_partner uuid)
RETURNS TABLE (wallet_id uuid, entry_id uuid, number int, occurred_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT p.wallet_id, p.entry_id, l.number, p.occurred_at
    FROM member m JOIN entry e ON e.wallet_id = m.wallet_id AND e.member_id = m.member_id AND e.kind = 'PURCHASE'
    JOIN purchase p ON p.wallet_id = e.wallet_id AND p.entry_id = e.entry_id AND (at_partner IS NULL OR p.partner_id = at_partner)
    CROSS JOIN LATERAL unnest(p.numbers, p.skus, p.quantities) AS l (number, sku, quantity)
    JOIN article_skus(maker, said, bar_code) a ON a.partner_id = p.partner_id AND a.sku = l.sku
    WHERE COALESCE(m.merged_into, m.member_id) = member AND kept_of(p.wallet_id, p.entry_id, l.number, l.quantity) > (SELECT count(*) FROM registration r
        WHERE r.purchase_wallet_id = p.wallet_id AND r.purchase_entry_id = p.entry_id AND r.line = l.number AND r.state = 'ACTIVE')
    ORDER BY p.occurred_at, p.entry_id, l.number LIMIT 1
$$;

-- A member registers an article, itself or at a shop. Says REGISTERED (again, the same), SERIAL_UNKNOWN, SERIAL_REGISTERED, ALREADY_REGISTERED,
-- INFORMATION_NOT_FOUND or MEMBER_NOT_FOUND. A shop proves by what was bought of itself alone. The warranty is that of the day of the purchase.
CREATE FUNCTION register_product(r jsonb, at timestamptz) RETURNS TABLE (outcome text, registration_id uuid, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    maker uuid := (r ->> 'maker')::uuid;
    said bytea := decode(r ->> 'serial', 'hex');
    whom uuid := (r ->> 'member_id')::uuid;
    shop uuid := (r ->> 'through')::uuid;
    who record;
    now_told product_information;
    then_told product_information;
    listed product_serial;
    bought record;
    bought_at timestamptz;
    made registration;
    months int;
    key text;
BEGIN
    IF NOT sees_member(whom) AND NOT EXISTS (SELECT FROM link l WHERE l.member_id = whom AND l.partner_id = shop AND sees_partner(shop)) THEN
        RETURN QUERY SELECT 'MEMBER_NOT_FOUND', NULL::uuid, false;
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('registration' || maker || COALESCE(r ->> 'serial', ''), 44));
    PERFORM pg_advisory_xact_lock(hashtextextended('registration' || whom, 44));
    SELECT * INTO who FROM member_now(whom);
    SELECT i.* INTO now_told FROM product_information i WHERE i.partner_id = maker AND i.article = r ->> 'article' AND i.until IS NULL;
    IF who.member_id IS NULL OR now_told.information_id IS NULL THEN
        RETURN QUERY SELECT CASE WHEN who.member_id IS NULL THEN 'MEMBER_NOT_FOUND' ELSE 'INFORMATION_NOT_FOUND' END, NULL::uuid, false;
        RETURN;
    END IF;
    SELECT s.* INTO listed FROM product_serial s WHERE s.partner_id = maker AND s.digest = said;
    IF now_told.terms ->> 'serials' = 'LISTED' AND listed.digest IS NULL OR listed.article <> now_told.article
        OR now_told.terms ->> 'serials' <> 'NONE' AND said IS NULL THEN
        RETURN QUERY SELECT 'SERIAL_UNKNOWN', NULL::uuid, false;
        RETURN;
    END IF;
    SELECT x.* INTO made FROM registration x WHERE x.partner_id = maker AND x.serial = said AND x.state = 'ACTIVE';
    IF made.registration_id IS NOT NULL THEN
        RETURN QUERY SELECT CASE WHEN made.member_id = who.member_id THEN 'REGISTERED' ELSE 'SERIAL_REGISTERED' END,
            CASE WHEN made.member_id = who.member_id THEN made.registration_id END, true;
        RETURN;
    END IF;
    SELECT * INTO bought FROM bought_line(who.member_id, maker, now_told.article, now_told.gtin, shop);
    bought_at := COALESCE(bought.occurred_at, (r ->> 'bought_at')::timestamptz, at);
    SELECT i.* INTO then_told FROM product_information i WHERE i.partner_id = maker AND i.article = now_told.article
    ORDER BY i.told_at <= bought_at DESC, CASE WHEN i.told_at <= bought_at THEN i.version END DESC, i.version LIMIT 1;
    months := (then_told.terms -> 'warranty' ->> 'months')::int;
    IF at <= bought_at + make_interval(days => COALESCE((then_told.terms -> 'warranty' ->> 'register_within_days')::int, 0)) THEN
        months := months + COALESCE((then_told.terms -> 'warranty' ->> 'registered_months')::int, 0);
    END IF;
    key := 'registration:' || CASE WHEN said IS NOT NULL THEN encode(said, 'hex')
        WHEN bought.entry_id IS NOT NULL THEN bought.entry_id || '/' || bought.number || '/' || (SELECT count(*) FROM registration x
            WHERE x.purchase_wallet_id = bought.wallet_id AND x.purchase_entry_id = bought.entry_id AND x.line = bought.number)
        ELSE who.member_id || '/' || md5(now_told.article) END;
    INSERT INTO registration (registration_id, wallet_id, member_id, partner_id, article, information_id, version, state, serial, serial_ends,
        lot, verified, through, registered_at, bought_at, purchase_wallet_id, purchase_entry_id, line, warranty_until, action_key)
    VALUES ((r ->> 'registration_id')::uuid, who.wallet_id, who.member_id, maker, now_told.article, then_told.information_id,
        then_told.version, 'ACTIVE', said, r ->> 'serial_ends', listed.lot, listed.digest IS NOT NULL, shop, at, bought_at, bought.wallet_id,
        bought.entry_id, bought.number, bought_at + make_interval(months => months), key)
    ON CONFLICT DO NOTHING RETURNING * INTO made;
    IF made.registration_id IS NULL THEN
        RETURN QUERY SELECT 'ALREADY_REGISTERED', NULL::uuid, false;
        RETURN;
    END IF;
    RETURN QUERY SELECT 'REGISTERED', made.registration_id, false;
END $$;

-- A member lets a registration go, or offers it to whoever tells a code.
CREATE FUNCTION offer_registration(one uuid, member uuid, code bytea, until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE registration r SET offer = code, offered_until = until
    WHERE r.registration_id = one AND r.member_id = member AND r.state = 'ACTIVE' AND sees_member(member);
    RETURN FOUND;
END $$;

-- Whoever tells the code of an offer has the product from now on, with what is left of its warranty. Once.
CREATE FUNCTION take_registration(code bytea, member uuid, made uuid, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    old registration;
    who record;
BEGIN
    SELECT * INTO who FROM member_now(member);
    IF who.member_id IS NULL OR NOT sees_member(member) THEN
        RETURN 'MEMBER_NOT_FOUND';
    END IF;
    UPDATE registration r SET state = 'ENDED', ended = 'TRANSFERRED', ended_at = at, offer = NULL, offered_until = NULL
    WHERE r.offer = code AND r.offered_until > at AND r.state = 'ACTIVE' AND r.member_id <> who.member_id RETURNING r.* INTO old;
    IF old.registration_id IS NULL THEN
        RETURN 'OFFER_NOT_FOUND';
    END IF;
    INSERT INTO registration (registration_id, wallet_id, member_id, partner_id, article, information_id, version, state, serial, serial_ends,
        lot, verified, registered_at, bought_at, purchase_wallet_id, purchase_entry_id, line, warranty_until, action_key, settled_at, came_from)
    VALUES (made, who.wallet_id, who.member_id, old.partner_id, old.article, old.information_id, old.version, 'ACTIVE', old.serial,
        old.serial_ends, old.lot, old.verified, at, old.bought_at, old.purchase_wallet_id, old.purchase_entry_id, old.line,
        old.warranty_until, old.action_key, at, old.registration_id);
    RETURN 'TAKEN';
END $$;

CREATE FUNCTION give_up_registration(one uuid, member uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE registration r SET state = 'ENDED', ended = 'GIVEN_UP', ended_at = at, offer = NULL, offered_until = NULL
    WHERE r.registration_id = one AND r.member_id = member AND r.state = 'ACTIVE' AND sees_member(member);
    RETURN FOUND;
END $$;

-- Registrations whose action is not in the books yet; the maker comes to know the member by an id of its own.
CREATE FUNCTION registrations_unsettled(only_this uuid, behind uuid, at timestamptz, most int)
RETURNS TABLE (registration_id uuid, partner_id uuid, action_key varchar, article varchar, serial boolean, verified boolean,
    proven boolean, member jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since)
    SELECT DISTINCT n.wallet_id, n.member_id, r.partner_id, gen_random_uuid(), at
    FROM (SELECT x.* FROM registration x WHERE x.settled_at IS NULL AND x.registration_id > behind
            AND (only_this IS NULL OR x.registration_id = only_this) ORDER BY x.registration_id LIMIT most) r
        CROSS JOIN LATERAL member_now(r.member_id) n
    ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT r.registration_id, r.partner_id, r.action_key, r.article, r.serial IS NOT NULL, r.verified,
        r.purchase_entry_id IS NOT NULL, side_of(r.member_id, r.partner_id)
    FROM registration r WHERE r.settled_at IS NULL AND r.registration_id > behind AND (only_this IS NULL OR r.registration_id = only_this)
    ORDER BY r.registration_id LIMIT most;
END $$;

CREATE FUNCTION settle_registration(one uuid, entry uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE registration r SET settled_at = COALESCE(r.settled_at, at), action_entry = entry
    WHERE r.registration_id = one AND (r.settled_at IS NULL OR r.action_entry IS NULL);
    RETURN FOUND;
END $$;

-- Registrations that a return ended after their action was recorded: what it earned is to be taken back. For the worker.
CREATE FUNCTION registrations_returned(most int)
RETURNS TABLE (registration_id uuid, partner_id uuid, action_key varchar, wallet_id uuid, entry_id uuid, now_in uuid, member_id uuid,
    lots jsonb, tokens jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.registration_id, r.partner_id, r.action_key, a.wallet_id, a.entry_id, forwarded(a.wallet_id), COALESCE(m.merged_into, m.member_id),
        (SELECT COALESCE(jsonb_agg(jsonb_build_object('lot_id', l.lot_id, 'points', l.original)), '[]') FROM lot l
            WHERE l.wallet_id = a.wallet_id AND l.entry_id = a.entry_id),
        (SELECT COALESCE(jsonb_agg(t.token_id), '[]') FROM token t WHERE t.wallet_id IN (a.wallet_id, forwarded(a.wallet_id))
            AND t.home_wallet_id = a.wallet_id AND t.entry_id = a.entry_id AND t.taken_back_entry IS NULL)
    FROM registration r
    JOIN action a ON a.entry_id = r.action_entry AND a.partner_id = r.partner_id
    JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id
    JOIN member m ON m.member_id = e.member_id
    WHERE r.ended = 'RETURNED' AND r.action_entry IS NOT NULL AND r.taken_back_at IS NULL
    ORDER BY r.registration_id LIMIT most
$$;

CREATE FUNCTION take_back_registration(one uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE registration r SET taken_back_at = at WHERE r.registration_id = one AND r.ended = 'RETURNED' AND r.taken_back_at IS NULL;
    RETURN FOUND;
END $$;

-- What comes back is nobody's any more: of several registered by one line the newest end first. In the transaction of the return.
CREATE FUNCTION end_returned_registrations() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE registration x SET state = 'ENDED', ended = 'RETURNED', offer = NULL, offered_until = NULL,
        ended_at = s.at, settled_at = COALESCE(x.settled_at, s.at)
    FROM (
        SELECT r.registration_id, r.line, row_number() OVER (PARTITION BY r.line ORDER BY r.registered_at, r.registration_id) AS place,
            GREATEST(r.registered_at, (SELECT e.posted_at FROM entry e WHERE e.wallet_id = NEW.wallet_id AND e.entry_id = NEW.entry_id)) AS at
        FROM registration r WHERE r.purchase_wallet_id = NEW.wallet_id AND r.purchase_entry_id = NEW.purchase_entry_id AND r.state = 'ACTIVE'
    ) s
    JOIN purchase p ON p.wallet_id = NEW.wallet_id AND p.entry_id = NEW.purchase_entry_id
    CROSS JOIN LATERAL unnest(p.numbers, p.quantities) AS l (number, quantity)
    WHERE x.registration_id = s.registration_id AND l.number = s.line
        AND s.place > kept_of(p.wallet_id, p.entry_id, l.number, l.quantity);
    RETURN NULL;
END $$;
CREATE TRIGGER purchase_return_ends_registrations AFTER INSERT ON purchase_return
    FOR EACH ROW EXECUTE FUNCTION end_returned_registrations();

-- Whoever two members turn out to be has the products and cases of both. A member that is gone is not to be read any more.
CREATE FUNCTION move_service() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    target member;
BEGIN
    IF NEW.status = 'MERGED' THEN
        SELECT * INTO STRICT target FROM member m WHERE m.member_id = NEW.merged_into;
        UPDATE registration r SET state = 'ENDED', ended = 'GIVEN_UP', ended_at = r.registered_at
        WHERE r.member_id = NEW.member_id AND r.state = 'ACTIVE' AND r.serial IS NULL AND r.purchase_entry_id IS NULL
            AND EXISTS (SELECT FROM registration t WHERE t.member_id = target.member_id AND t.partner_id = r.partner_id
                AND t.article = r.article AND t.state = 'ACTIVE' AND t.serial IS NULL AND t.purchase_entry_id IS NULL);
        UPDATE registration r SET wallet_id = target.wallet_id, member_id = target.member_id WHERE r.member_id = NEW.member_id;
        UPDATE service_case c SET wallet_id = target.wallet_id, member_id = target.member_id WHERE c.member_id = NEW.member_id
            AND (c.opened_by IS NOT NULL OR NOT EXISTS (SELECT FROM service_case t WHERE t.member_id = target.member_id
                AND t.opened_by IS NULL AND t.idempotency_key = c.idempotency_key));
    ELSE
        UPDATE service_case c SET sealed_key = NULL WHERE c.member_id = NEW.member_id OR c.key_of = NEW.member_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER member_gone_moves_service AFTER UPDATE OF status ON member FOR EACH ROW
    WHEN (NEW.status IN ('MERGED', 'CLOSED') AND OLD.status = 'ACTIVE') EXECUTE FUNCTION move_service();

-- Each partner that has to do with a case is told of its steps; the member may be asked how it was, once it is closed.
CREATE FUNCTION tell_of_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, subject_id, detail, occurred_at)
    SELECT p, 'CASE_CHANGED', false, NEW.case_id, NEW.state, NEW.changed_at FROM unnest(NEW.parties) p;
    IF NEW.state = 'CLOSED' AND NEW.member_id IS NOT NULL THEN
        PERFORM ask_after_case(NEW.member_id, NEW.handler_id, NEW.case_id, NEW.changed_at);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER service_case_tells AFTER INSERT OR UPDATE OF state, handler_id ON service_case
    FOR EACH ROW EXECUTE FUNCTION tell_of_case();

-- Those who had to answer by now and did not, each told once of the answer and once of the end. For the worker.
CREATE FUNCTION tell_late_cases(at timestamptz, most int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    told int;
BEGIN
    WITH late AS (
        SELECT t.case_id, t.number, CASE WHEN t.answered_at IS NULL AND t.told_late IS NULL THEN 'ANSWER' ELSE 'RESOLVE' END AS what
        FROM case_turn t WHERE t.ended_at IS NULL AND sees_coalition()
            AND (t.told_late IS NULL AND t.answered_at IS NULL AND t.answer_due_at <= at
                OR t.told_late IS DISTINCT FROM 'RESOLVE' AND t.waiting_since IS NULL AND t.resolve_due_at <= at)
        ORDER BY t.answer_due_at LIMIT most FOR UPDATE SKIP LOCKED
    ), marked AS (
        UPDATE case_turn t SET told_late = l.what FROM late l WHERE t.case_id = l.case_id AND t.number = l.number
        RETURNING t.case_id, t.handler_id, t.told_late
    ), events AS (
        INSERT INTO event (partner_id, kind, balance_seen, subject_id, detail, occurred_at)
        SELECT m.handler_id, 'CASE_OVERDUE', false, m.case_id, m.told_late, at FROM marked m WHERE m.handler_id IS NOT NULL
    )
    SELECT count(*) INTO told FROM marked;
    RETURN told;
END $$;

-- Cases of buyers who are no members are read no more a year after they were closed.
CREATE FUNCTION forget_cases(before timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone int;
BEGIN
    UPDATE service_case c SET sealed_key = NULL WHERE c.closed_at < before AND c.member_id IS NULL AND c.sealed_key IS NOT NULL
        AND sees_coalition();
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

-- A step of the recall that waits longest: so many wallets of those who bought or registered the article are told. Who they are the maker
-- never learns. Says how many it came by; nothing, when no recall waits. For the worker.
CREATE FUNCTION recall_on(most int, at timestamptz) RETURNS TABLE (wallets int, written int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one product_recall;
    next uuid[];
    drafts message_draft[];
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'recalls are told with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT r.* INTO one FROM product_recall r WHERE r.finished_at IS NULL ORDER BY r.announced_at, r.recall_id LIMIT 1
        FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    next := ARRAY(
        SELECT w.wallet_id FROM (
            SELECT r.wallet_id FROM registration r WHERE r.partner_id = one.partner_id AND r.article = one.article
                AND r.wallet_id > one.after
            UNION
            SELECT p.wallet_id FROM purchase p JOIN article_skus(one.partner_id, one.article, one.gtin) a
                ON a.partner_id = p.partner_id AND a.sku = ANY (p.skus) WHERE p.wallet_id > one.after
                AND (one.bought_from IS NULL OR p.occurred_at >= one.bought_from)
                AND (one.bought_until IS NULL OR p.occurred_at < one.bought_until)
        ) w ORDER BY w.wallet_id LIMIT most);
    drafts := recall_drafts(one, next);
    written := keep_messages(drafts, at);
    wallets := cardinality(next);
    UPDATE product_recall r SET after = COALESCE(next[cardinality(next)], r.after), told = r.told + recall_on.written,
        finished_at = CASE WHEN recall_on.wallets < most THEN at END WHERE r.recall_id = one.recall_id;
    RETURN NEXT;
END $$;

-- Those of wallets who have the article: by registration, of the lots where they are known; or by purchase, if it was kept.
CREATE FUNCTION recall_drafts(one product_recall, wallets uuid[]) RETURNS message_draft[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(ROW (h.member_id, 'RECALL', one.recall_id::text, one.partner_id, jsonb_strip_nulls(jsonb_build_object(
        'product', one.names, 'partner', (SELECT p.name FROM partner p WHERE p.partner_id = one.partner_id), 'todo', one.words,
        'lots', CASE WHEN cardinality(one.lots) > 0 THEN to_jsonb(one.lots) END)), one.announced_at)::message_draft)
    FROM (
        SELECT r.member_id FROM registration r WHERE r.wallet_id = ANY (wallets) AND r.partner_id = one.partner_id
            AND r.article = one.article AND r.state = 'ACTIVE'
            AND (cardinality(one.lots) = 0 OR r.lot IS NULL OR r.lot = ANY (one.lots))
            AND (one.bought_from IS NULL OR r.bought_at >= one.bought_from) AND (one.bought_until IS NULL OR r.bought_at < one.bought_until)
        UNION
        SELECT e.member_id FROM purchase p
        JOIN entry e ON e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id
        CROSS JOIN LATERAL unnest(p.numbers, p.skus, p.quantities) AS l (number, sku, quantity)
        JOIN article_skus(one.partner_id, one.article, one.gtin) a ON a.partner_id = p.partner_id AND a.sku = l.sku
        WHERE p.wallet_id = ANY (wallets) AND (one.bought_from IS NULL OR p.occurred_at >= one.bought_from)
            AND (one.bought_until IS NULL OR p.occurred_at < one.bought_until)
            AND kept_of(p.wallet_id, p.entry_id, l.number, l.quantity) > (SELECT count(*) FROM registration r
                WHERE r.purchase_wallet_id = p.wallet_id AND r.purchase_entry_id = p.entry_id AND r.line = l.number
                AND (r.state = 'ENDED' AND r.ended <> 'RETURNED' OR r.lot IS NOT NULL AND cardinality(one.lots) > 0 AND r.lot <> ALL (one.lots)))
    ) h
$$;

-- How many registered an article of a maker's, and how many of them by its list of serials; none, where they are fewer than ten.
CREATE FUNCTION registrations_counted(maker uuid, fewest int)
RETURNS TABLE (article varchar, registered bigint, verified bigint, proven bigint, members bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.article, count(*), count(*) FILTER (WHERE r.verified), count(*) FILTER (WHERE r.purchase_entry_id IS NOT NULL),
        count(DISTINCT r.member_id)
    FROM registration r WHERE r.partner_id = maker AND r.state = 'ACTIVE' AND sees_partner(maker)
    GROUP BY r.article HAVING count(DISTINCT r.member_id) >= fewest ORDER BY r.article
$$;
