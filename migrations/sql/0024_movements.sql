-- What a cycle's entries did to points that money hangs on, hashed for the seal: one hash a transfer, in the order of the
-- transfers' key, 4,096 of them joined in a row. A movement's mark is a hash of its place, so a proof names no wallet.

CREATE FUNCTION movement_leaves(cycle uuid) RETURNS SETOF bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'the movements of a cycle are read with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    SELECT string_agg(sha256(convert_to(concat_ws(chr(31), 'hansa-movement-1',
            encode(sha256(uuid_send(t.wallet_id) || uuid_send(t.entry_id) || int4send(t.n)), 'hex'), t.kind, t.debit, t.credit,
            t.points, t.sponsor_id, t.sponsor_contract_id, t.accrual_cycle_id, COALESCE(t.redeemer_id::text, ''),
            COALESCE(t.redeemer_contract_id::text, ''), t.partner_id), 'UTF8')), ''::bytea ORDER BY t.place)
    FROM (SELECT row_number() OVER (ORDER BY moved.wallet_id, moved.entry_id, moved.n) - 1 AS place, moved.*
        FROM transfer moved WHERE moved.cycle_id = cycle AND moved.kind NOT IN ('RELEASE', 'HOLD', 'VOID', 'MOVE')) AS t
    GROUP BY t.place / 4096 ORDER BY t.place / 4096;
END $$;
