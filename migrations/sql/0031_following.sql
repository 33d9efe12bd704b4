-- What goes with a wallet into another: counters, things won, what rewards were redeemed. And what is renamed with a member.
CREATE FUNCTION follow_wallet(source uuid, target uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_tallies(source, target, '/', '/');
    UPDATE token SET wallet_id = target WHERE wallet_id = source;
    UPDATE reward_redemption SET wallet_id = target WHERE wallet_id = source;
END $$;

CREATE FUNCTION follow_member(home uuid, source uuid, target uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_tallies(home, home, '/' || replace(source::text, '-', '') || '/', '/' || replace(target::text, '-', '') || '/');
    UPDATE token SET member_id = target WHERE wallet_id = home AND member_id = source;
    UPDATE reward_redemption SET member_id = target WHERE wallet_id = home AND member_id = source;
END $$;

-- What left arrives where its wallet has become part of by now: the oldest lot first, since age counts from arrival; and with it what
-- the wallet had won and counted.
CREATE OR REPLACE FUNCTION post_move_in(source uuid, departure uuid, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    arriving entry_draft;
    target uuid;
    outcome text;
BEGIN
    PERFORM lock_cycle();
    FOR attempt IN 1 .. 10 LOOP
        target := forwarded(source);
        PERFORM lock_wallets(ARRAY[target]);
        EXIT WHEN (SELECT w.merged_into IS NULL FROM wallet w WHERE w.wallet_id = target);
        IF attempt = 10 THEN
            RAISE EXCEPTION 'where wallet % goes keeps moving on', source USING ERRCODE = 'serialization_failure';
        END IF;
    END LOOP;
    arriving := system_entry(target, 'MOVE_IN', at);
    arriving.refers_to := departure;
    arriving.idempotency_key := 'move_in-' || departure;
    arriving.fingerprint := sha256(convert_to('MOVE_IN' || departure, 'UTF8'));
    SELECT e.member_id INTO STRICT arriving.member_id FROM entry e
    WHERE e.wallet_id = source AND e.entry_id = departure AND e.kind = 'MOVE_OUT';
    SELECT 'REPLAYED', e.entry_id, e.wallet_id INTO outcome, arriving.entry_id, target FROM entry e
    WHERE e.partner_id = arriving.partner_id AND e.idempotency_key = arriving.idempotency_key;
    IF outcome IS NULL THEN
        arriving.entry_id := gen_random_uuid();
        target := arriving.wallet_id;
        PERFORM expire_due(ARRAY[target], at);
        PERFORM append_entries(ARRAY[arriving], ARRAY(
            SELECT ROW(target, arriving.entry_id, t.n, 'MOVE', t.credit_in, t.debit_in, t.points,
                CASE WHEN t.debt_id IS NULL THEN f.id ELSE t.lot_id END, t.sponsor_id, t.sponsor_contract_id,
                t.accrual_cycle_id, NULL, t.redeemer_contract_id, t.campaign_id, t.campaign_version, t.move_id, t.root_lot_id,
                CASE WHEN t.debt_id IS NOT NULL THEN f.id END, l.available_at, l.expires_at,
                l.inactivity_months)::transfer_draft
            FROM (SELECT x.*, CASE WHEN x.credit = 'TRANSIT' THEN 'TRANSIT' ELSE 'DEBT' END AS credit_in,
                    CASE WHEN x.credit = 'TRANSIT' THEN x.debit ELSE 'TRANSIT' END AS debit_in, row_number() OVER (ORDER BY x.n) AS place
                FROM transfer x WHERE x.wallet_id = source AND x.entry_id = departure) t
            JOIN (SELECT r.id, row_number() OVER (ORDER BY r.id) AS place FROM (SELECT gen_random_uuid() AS id FROM transfer x
                WHERE x.wallet_id = source AND x.entry_id = departure OFFSET 0) r) f ON f.place = t.place
            LEFT JOIN lot l ON l.wallet_id = t.wallet_id AND l.lot_id = t.lot_id AND t.debt_id IS NULL), at);
        PERFORM repay_debts(ARRAY[target], at);
        PERFORM follow_wallet(source, target);
    END IF;
    RETURN QUERY SELECT * FROM answers(ARRAY[ROW(0, outcome, target, arriving.entry_id, NULL)::verdict]);
END $$;

-- After a merge all that named the one member names the other, and so do those that had been merged into the one.
CREATE OR REPLACE FUNCTION repoint(source_wallet uuid, source uuid, target_wallet uuid, target uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    target_wallet := forwarded(target_wallet);
    PERFORM lock_wallets(ARRAY[target_wallet]);
    target := COALESCE((SELECT m.merged_into FROM member m WHERE m.member_id = target AND m.status = 'MERGED'), target);
    PERFORM FROM member m WHERE m.member_id IN (source, target) ORDER BY m.member_id FOR UPDATE;
    UPDATE recognition SET wallet_id = target_wallet, member_id = target WHERE wallet_id = source_wallet AND member_id = source;
    UPDATE member SET status = 'MERGED', merged_into = target WHERE wallet_id = source_wallet AND member_id = source;
    UPDATE member SET merged_into = target WHERE merged_into = source;
    UPDATE consent SET wallet_id = target_wallet, member_id = target WHERE wallet_id = source_wallet AND member_id = source;
    UPDATE link t SET since = LEAST(t.since, s.since) FROM link s
    WHERE s.wallet_id = source_wallet AND s.member_id = source AND t.partner_id = s.partner_id
        AND t.wallet_id = target_wallet AND t.member_id = target;
    UPDATE link s SET wallet_id = target_wallet, member_id = target
    WHERE s.wallet_id = source_wallet AND s.member_id = source AND NOT EXISTS (SELECT FROM link t
        WHERE t.partner_id = s.partner_id AND t.wallet_id = target_wallet AND t.member_id = target);
    UPDATE oauth_grant SET member_id = target WHERE member_id = source;
    PERFORM follow_member(target_wallet, source, target);
END $$;
