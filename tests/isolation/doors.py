"""The doors through the wall: functions that run with more rights than their callers, each with its reason."""

from __future__ import annotations

TAKES_PARTNER = "a posting or read of the hot path; takes the partner and refuses what is not the partner's"
TAKES_SIGHT = "a hot read; takes the viewer's sight and checks it"
JOBS = "the worker's and the service desk's; no partner's request leads here"
MEMBERS = "answers the member by its sight, and the authorization server"
BUCKETS = "counts what a caller may still ask, under a keyed hash that tells nobody whose bucket it is"
LOOKS_BACK = "answers a partner of its own tills alone, and the coalition of all; nobody else"
OWNERS = "answers a segment's owner: of its own tills, and beyond them of members who allow it offers"
DRAWS = "what everybody may check: tickets and their holders by pseudonyms, told once the draw took place"
CUES = "a trigger: notes down from the row itself that somebody may have to be told of it"
TILLS = "fills what a server remembers for all tills; told to nobody as it is"
ACTS_FOR = "takes a member that was recognised, and answers of firms that it acts for at this moment alone"

DOORS = {
    "answer_to_trial(uuid, uuid, boolean, timestamp with time zone)": "for a signed-in member; its own place alone",
    "apply_for_trial(uuid, uuid, uuid, timestamp with time zone)": (
        "for a member that is signed in; says no more than whether it may"
    ),
    "decide_review(jsonb, timestamp with time zone)": "the moderator's by its sight; nobody else's words are found",
    "erase_reviews(uuid)": JOBS,
    "hand_sample(uuid, uuid, uuid, uuid, timestamp with time zone)": (
        "takes the partner and a member that was recognised; refuses who does not hand samples of this trial"
    ),
    "keep_trial_draw(uuid, integer[], text[], bytea, timestamp with time zone)": JOBS,
    "lapse_places(timestamp with time zone, integer)": JOBS,
    "look_again_at_reviews(timestamp with time zone, timestamp with time zone, integer)": JOBS,
    "object_to_refusal(uuid, uuid, timestamp with time zone)": "for a member that is signed in; its own words alone",
    "open_trial(uuid, integer, bytea, timestamp with time zone)": "answers the trial's owner alone",
    "report_review(uuid, uuid, text, timestamp with time zone)": "about what everybody reads; once for each reader",
    "review_earned(uuid, text, text, uuid)": JOBS,
    "review_sums(text[])": "what everybody reads of a product, in sums",
    "reviewed_product(uuid, text, text)": "a product by its number; told on where a review of it is shown",
    "reviewed_products(text[])": "products that reviews the viewer sees are about",
    "reviews_due(uuid, integer)": JOBS,
    "reviews_shown(text[], integer, boolean, integer, timestamp with time zone, uuid, integer)": (
        "what everybody reads of a product; who wrote it is told to nobody"
    ),
    "reviews_to_take_back(uuid, integer)": JOBS,
    "samples_to_give(uuid, integer)": JOBS,
    "trial_done(uuid, uuid, timestamp with time zone)": JOBS,
    "trial_draws_told(uuid[])": DRAWS,
    "trial_places_of(uuid, integer, integer)": "answers the owner, by name of members alone that allow it offers",
    "trial_tickets_told(uuid, integer, integer)": DRAWS,
    "trials_answered(uuid, integer)": JOBS,
    "trials_at_counter(uuid, timestamp with time zone)": "answers the partner over whose counters samples go",
    "trials_of_member(uuid, timestamp with time zone)": MEMBERS,
    "trials_to_draw(timestamp with time zone, interval, integer)": JOBS,
    "withdraw_comment(uuid, uuid, uuid)": "for a member that is signed in, or a partner; its own words alone",
    "withdraw_review(uuid, uuid)": "for a member that is signed in; its own words alone",
    "write_comment(jsonb, timestamp with time zone)": (
        "for a member that is signed in, or the maker or a shop that sells what was reviewed"
    ),
    "write_review(jsonb, timestamp with time zone)": "for a recognised member; says no more than what became of it",
    "blocking_own_sales()": TILLS,
    "activity_numbers(uuid, uuid, timestamp with time zone)": "answers those who take part, in numbers",
    "answer_activity(uuid, uuid, text, integer, timestamp with time zone)": (
        "for a signed-in member; about its own place alone"
    ),
    "attend_activity(uuid, uuid, uuid, text, interval, interval, timestamp with time zone)": (
        "takes a host and a member that was recognised, or a member and a code that a host shows"
    ),
    "attendances_pending(uuid, integer, uuid)": "the worker's, and of what a host has just recorded; told to nobody",
    "bought_after_activity(uuid, uuid, interval, integer)": (
        "answers one that takes part of its own tills: in sums over ten members that allow it offers"
    ),
    "close_consignment(jsonb, jsonb, timestamp with time zone)": TAKES_PARTNER,
    "consigned_item(uuid, uuid)": TAKES_PARTNER,
    "consignments_due(timestamp with time zone, uuid, integer)": JOBS,
    "invite_to_activity(uuid, uuid, uuid[], timestamp with time zone)": (
        "answers a partner that takes part, of members that it knows"
    ),
    "members_of_segment(uuid, uuid)": "for a partner that may use the segment; who is in it is told to nobody",
    "my_activities(uuid, timestamp with time zone)": MEMBERS,
    "my_trade_ins(uuid, uuid, integer)": MEMBERS,
    "place_told(uuid, uuid)": "for a host to which a member shows a code that names its place",
    "record_trade_in(jsonb, jsonb, timestamp with time zone)": TAKES_PARTNER,
    "reverse_trade_in(jsonb, jsonb, timestamp with time zone)": TAKES_PARTNER,
    "settle_attendance(uuid, uuid, uuid)": "once for each attendance, by whoever recorded its action",
    "settle_trade_in_credit(uuid, uuid, uuid, timestamp with time zone)": (
        "once for each credit, by whoever recorded its action"
    ),
    "tell_of_activities(integer, interval, timestamp with time zone)": "answers the coalition alone",
    "trade_in_by_key(uuid, text)": TAKES_PARTNER,
    "trade_in_costs(uuid, uuid, timestamp with time zone, timestamp with time zone, integer)": (
        "answers a partner of what it bears, and a scheme's owner of what its sponsors bear"
    ),
    "trade_in_credits_pending(uuid, integer, uuid)": (
        "the worker's, and of what a partner has just recorded; told to nobody"
    ),
    "trade_in_schemes_at(uuid)": "schemes that are live at a partner's own counters",
    "trade_in_sums(uuid, uuid, timestamp with time zone, timestamp with time zone, integer)": (
        "answers a partner of its own counters, and of others' in sums over ten members"
    ),
    "trade_in_to_reverse(uuid, uuid)": TAKES_PARTNER,
    "claim_programme_as_claimed(uuid, integer)": "a programme that has been live, to whoever holds its id",
    "claim_programmes_live(uuid)": "what members may claim under; open to all of them",
    "claims_due(timestamp with time zone, uuid, uuid, integer)": JOBS,
    "claims_to_take_back(timestamp with time zone, integer)": JOBS,
    "course_as_asked(uuid, integer)": "for the server, which leaves the right options out of what members are shown",
    "course_certificates_due(timestamp with time zone, uuid, uuid, integer)": JOBS,
    "courses_live(uuid)": "for the server, which leaves the right options out of what members are shown",
    "make_claim(jsonb, timestamp with time zone)": "for a member that was recognised; tells whether, or why not",
    "match_claims(timestamp with time zone, integer)": JOBS,
    "meet_employer()": "a trigger: lets an employer know its own staff by an id of its own",
    "move_claim(uuid, text, jsonb, timestamp with time zone)": JOBS,
    "own_sales(uuid[], uuid[], uuid[], text[])": "for rating; asked by wallet, which only a recognition tells",
    "post_claims(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "record_certificate(uuid, uuid, uuid, timestamp with time zone)": JOBS,
    "sealed_key_of(uuid)": "a key that is sealed by one outside the database; for words beside a claim",
    "staff_rewards(uuid, timestamp with time zone, timestamp with time zone)": (
        "answers the employer: in sums, and of persons where they agreed"
    ),
    "coverage_of(uuid, uuid, uuid, text, timestamp with time zone)": (
        "answers the member by its sight, and a partner that knows it"
    ),
    "end_returned_registrations()": "a trigger: ends from the return itself what was registered by its goods",
    "forget_cases(timestamp with time zone)": "answers the coalition alone",
    "give_up_registration(uuid, uuid, timestamp with time zone)": MEMBERS,
    "key_for_cases(uuid)": (
        "a key that is sealed by one outside the database; for the member, who knows it, and who shares a case of it"
    ),
    "move_service()": "a trigger: what a merged member had is the other's, and what a closed one said is forgotten",
    "offer_registration(uuid, uuid, bytea, timestamp with time zone)": MEMBERS,
    "recall_on(integer, timestamp with time zone)": "answers the coalition alone",
    "register_product(jsonb, timestamp with time zone)": "for the member by its sight, or a shop that knows it",
    "registrations_counted(uuid, integer)": "answers the maker, in sums over at least so many members",
    "registrations_returned(integer)": JOBS,
    "registrations_unsettled(uuid, uuid, timestamp with time zone, integer)": JOBS,
    "serial_standing(uuid, bytea)": "whether a serial is listed and registered, by its keyed digest; never whose it is",
    "side_deeds(uuid, timestamp with time zone, timestamp with time zone, integer)": "answers the firm itself, in sums",
    "side_points(uuid, uuid)": "answers the firm itself, in sums",
    "side_sales(uuid, timestamp with time zone, timestamp with time zone, integer)": (
        "answers the firm itself; of other shops in one sum over at least so many members"
    ),
    "settle_registration(uuid, uuid, timestamp with time zone)": JOBS,
    "take_back_registration(uuid, timestamp with time zone)": JOBS,
    "take_registration(bytea, uuid, uuid, timestamp with time zone)": "for the member by its sight, who tells a code",
    "tell_late_cases(timestamp with time zone, integer)": "answers the coalition alone",
    "tell_of_case()": "a trigger: tells from the case itself those who take part in it",
    "ask_after_case(uuid, uuid, uuid, timestamp with time zone)": "for whoever closes a case: notes down that it was",
    "askings_open(uuid, uuid, timestamp with time zone)": "for the member, and for a partner of what concerns it",
    "decline_asking(uuid, uuid, timestamp with time zone)": "for the member whose offer it is; nobody else's moves",
    "forget_words()": "a trigger: forgets what was sealed under a key that is forgotten",
    "keep_askings(jsonb, bigint[])": "answers the coalition alone",
    "keep_response(jsonb, timestamp with time zone)": "keeps what a member answered, once",
    "offer_surveys(timestamp with time zone, integer)": "answers the coalition alone",
    "quality_told(uuid)": "answers the maker of what answers are about; nobody's words and nobody's shop",
    "responses_amiss()": "answers the coalition alone",
    "response_host(uuid)": "of a response just kept: who records what it is worth",
    "response_of(uuid, uuid)": "for whoever asked the member on its way: whether it has answered",
    "response_rewarded(uuid, uuid)": "of a response just kept: that its action is in the books",
    "responses_pending(uuid, timestamp with time zone, uuid, integer)": "of responses just kept: what actions say",
    "segment_answers(uuid, text, text, text[], bigint, bigint, timestamp with time zone,"
    " timestamp with time zone)": OWNERS,
    "survey_askings_told(uuid, text)": "answers the survey's owner, of members by numbers alone",
    "survey_cues(integer)": "answers the coalition alone",
    "survey_responses_told(uuid, text)": "answers the survey's owner, by name of members alone that allow it offers",
    "survey_standing(uuid, uuid, uuid)": "for the member that answers: what it said before; its words sealed",
    "surveys_live()": "what members may be asked; told to nobody as it is",
    "surveys_recorded(uuid[], integer[])": "a survey that has been live, to whoever holds its id",
    "bonus_firms_due(uuid, uuid, uuid[], date, date, uuid, integer)": JOBS,
    "bonus_schemes_live()": JOBS,
    "bonus_statement_purchases(uuid, uuid, timestamp with time zone, uuid, integer)": TAKES_PARTNER,
    "bonus_statements_before(uuid, uuid[], date, date)": JOBS,
    "bonus_statements_checked(uuid, integer)": JOBS,
    "bonus_turnover(jsonb, uuid, uuid[], date, date)": (
        "sums of firms that the scheme's owner serves: at its own tills, and beyond them of those that allow it offers"
    ),
    "business_acts(uuid, uuid, uuid[])": ACTS_FOR,
    "business_schemes(uuid, uuid)": ACTS_FOR,
    "business_statements(uuid, uuid)": ACTS_FOR,
    "business_users_of(uuid, uuid)": ACTS_FOR,
    "change_business_user(uuid, uuid, text, timestamp with time zone)": ACTS_FOR,
    "close_bonus_period(uuid, date, timestamp with time zone)": JOBS,
    "forget_business()": "a trigger: a firm that is gone leaves no name, and nobody acts for it",
    "invite_business_user(jsonb, timestamp with time zone)": (
        "takes who invites: an owner of the firm, or the partner that registered it while it has none"
    ),
    "join_business(bytea, uuid, timestamp with time zone)": "takes a token's digest and a member that was recognised",
    "keep_bonus_statements(jsonb, timestamp with time zone)": JOBS,
    "keep_business_groups(uuid, timestamp with time zone)": (
        "lets groups hold the firms they mean, whoever asks; tells how many moved"
    ),
    "my_businesses(uuid)": ACTS_FOR,
    "note_bonus_given(uuid, uuid, uuid, timestamp with time zone)": JOBS,
    "note_business_act(uuid, uuid, uuid, uuid, timestamp with time zone)": TAKES_PARTNER,
    "register_business(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "take_sold_on(jsonb, jsonb, timestamp with time zone)": TAKES_PARTNER,
    "action_as_rated(uuid, uuid, uuid)": TAKES_PARTNER,
    "action_types_in_use(uuid[])": TAKES_PARTNER,
    "celebrants(uuid)": "answers the partner itself, of members that allow it offers",
    "joined_at_of(uuid[], uuid[])": "for rating; asked by wallet and member, which only a recognition tells",
    "open_stock(uuid, uuid, bigint, uuid, timestamp with time zone)": "answers the reward's owner alone",
    "open_budget(uuid, text, bigint, text, uuid, timestamp with time zone)": "answers the campaign's owner alone",
    "post_actions(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "tallies_of(uuid[], text[])": "for rating; asked by wallet, which only a recognition tells",
    "campaign_hours(uuid, timestamp with time zone, text)": "answers the coalition alone",
    "campaign_turns(uuid)": "answers the coalition alone, once the seed is open",
    "campaigns_digest(timestamp with time zone, timestamp with time zone)": TILLS,
    "campaigns_in_force(timestamp with time zone, timestamp with time zone)": TILLS,
    "campaigns_recorded(uuid[], integer[])": "the campaigns that a partner's own purchases name",
    "change_allowance(uuid, text, uuid, bigint, text, uuid, timestamp with time zone)": "answers the coalition alone",
    "claw_backs_of(uuid, uuid, uuid)": TAKES_PARTNER,
    "consent_of(uuid, uuid, text[], integer, timestamp with time zone, timestamp with time zone)": MEMBERS,
    "consent_to(uuid, uuid, text[], timestamp with time zone, integer, timestamp with time zone)": TAKES_PARTNER,
    "consents_of(uuid)": MEMBERS,
    "consents_standing(uuid, uuid)": f"{MEMBERS}, and the partner it concerns",
    "counters_of(uuid)": "the counters after a posting that stands; the wallet comes from its verdict",
    "end_consents(uuid, uuid, text[], timestamp with time zone)": MEMBERS,
    "enrol(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "entries_by_key(uuid[], text[])": TAKES_PARTNER,
    "fold_campaigns(timestamp with time zone, text)": "answers the coalition alone; it folds what is there already",
    "find_purchases(uuid, text, uuid)": TAKES_PARTNER,
    "forget_full_buckets(timestamp with time zone)": "answers the authorization server alone",
    "grants_of(uuid)": MEMBERS,
    "code_serials(uuid, bytea[])": "answers the maker alone: where codes that it names stand in its own batch",
    "forget_code_tries(timestamp with time zone)": JOBS,
    "keep_codes(uuid, integer, bytea[])": "stores codes of a batch that its maker just fetched; tells how many",
    "look_up_code(bytea, integer, integer, jsonb, timestamp with time zone)": (
        "for whoever holds a code: what it is for, or no and nothing else; a miss is counted before it is told"
    ),
    "post_code_uses(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "raise_code_alarms(jsonb, timestamp with time zone)": JOBS,
    "has_become(uuid, uuid)": "yes or no about the member on whose behalf a client acts",
    "hold_allowance(uuid, text, bigint, timestamp with time zone)": "answers the coalition alone",
    "identify(uuid, uuid, bytea, text)": TAKES_PARTNER,
    "is_named(bytea, uuid)": "yes or no about the member on whose behalf a client acts",
    "liability_flows(uuid[], uuid, timestamp with time zone, timestamp with time zone[], boolean)": (
        "what became of points, in sums; answers the coalition, and a partner about its own points alone"
    ),
    "links_of(uuid)": MEMBERS,
    "may_fund(uuid[], timestamp with time zone)": "yes or no about a contract, and nothing else of it",
    "member_to_sign_in(bytea)": "answers the authorization server alone",
    "members_told(uuid[], uuid)": TAKES_PARTNER,
    "moves_due(integer)": JOBS,
    "movement_leaves(uuid)": "answers the coalition alone",
    "outstanding_of(uuid, integer)": "answers the coalition, and a sponsor of its own points",
    "post_adjustments(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_captures(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_expiries(uuid[], timestamp with time zone)": JOBS,
    "post_lapses(uuid[], timestamp with time zone)": JOBS,
    "post_move_in(uuid, uuid, timestamp with time zone)": JOBS,
    "post_move_out(uuid, uuid, uuid, uuid, timestamp with time zone)": JOBS,
    "post_purchases(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_redemptions(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_releases(uuid[], timestamp with time zone)": JOBS,
    "post_returns(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_reversals(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "cue_event()": CUES,
    "cue_exit()": CUES,
    "cue_referral()": CUES,
    "cue_tier_steps()": CUES,
    "cue_vouchers()": CUES,
    "cue_wind_down()": CUES,
    "forget_messages(timestamp with time zone, integer)": "answers the coalition alone",
    "inbox_versions(uuid[])": "how far inboxes have come, for pages that are open; asked for the viewer's own only",
    "look_on(integer, timestamp with time zone)": "answers the coalition alone",
    "messages_to_plan(integer)": "answers the coalition alone, and tells of no message what is in it",
    "plan_mails(jsonb, timestamp with time zone)": "answers the coalition alone",
    "verify_address(uuid, bytea, timestamp with time zone)": "answers the authorization server alone",
    "write_messages(integer, timestamp with time zone, timestamp with time zone)": "answers the coalition alone",
    "product_feed_versions()": TILLS,
    "products_by_sku(uuid[], text[])": TAKES_PARTNER,
    "purchase_as_rated(uuid, uuid, uuid)": TAKES_PARTNER,
    "read_activity(text, uuid, bigint, integer)": TAKES_SIGHT,
    "read_redemption(text, uuid, uuid)": TAKES_SIGHT,
    "read_versions(uuid[])": "how far wallets have come, for pages that are open; asked for the viewer's own only",
    "read_wallet(text, uuid, timestamp with time zone)": TAKES_SIGHT,
    "read_wallet_at(text, uuid, timestamp with time zone)": TAKES_SIGHT,
    "recognise(bytea[], uuid, timestamp with time zone)": TAKES_PARTNER,
    "recognise_linked(uuid[], uuid)": TAKES_PARTNER,
    "record_line(uuid, uuid, text, uuid, uuid, text, text, uuid, jsonb, timestamp with time zone)": (
        "appends to the one trail of all; refuses whoever does not look for those it concerns"
    ),
    "remember_liability(uuid, timestamp with time zone[], timestamp with time zone)": "answers the coalition alone",
    "repoint(uuid, uuid, uuid, uuid)": JOBS,
    "reservations(uuid[], timestamp with time zone)": (
        "what nobody else may fund points for has to be known to whoever would; no price, no other term"
    ),
    "revoke_consent(uuid, uuid, uuid, text, timestamp with time zone)": (
        "for servers of the release before; takes a wallet and its member together, whose ids nobody is told"
    ),
    "backtest_discounts(uuid, timestamp with time zone, timestamp with time zone)": LOOKS_BACK,
    "backtest_purchases(uuid, timestamp with time zone, timestamp with time zone)": LOOKS_BACK,
    "backtest_segments(uuid, timestamp with time zone, timestamp with time zone, uuid[])": LOOKS_BACK,
    "segment_goods(uuid, uuid[], timestamp with time zone, timestamp with time zone, text[], text[])": OWNERS,
    "segment_members_known(uuid)": OWNERS,
    "segment_mix(uuid, uuid[], timestamp with time zone, timestamp with time zone)": OWNERS,
    "segment_profiles(uuid)": OWNERS,
    "segment_purchases(uuid, uuid[], timestamp with time zone, timestamp with time zone)": OWNERS,
    "segments_held(uuid[], uuid[], uuid[], uuid[], timestamp with time zone)": TAKES_PARTNER,
    "reveal_seed(uuid, timestamp with time zone)": "opens what the viewer's own campaign turned by, once it has ended",
    "meet_tiers(uuid[], uuid[], timestamp with time zone)": (
        "looks at standings anew from the books; writes what it finds, and takes nobody's word for anything"
    ),
    "tier_progress(uuid, uuid, uuid, timestamp with time zone)": "answers the member, and the programme's owner",
    "tiers_held(uuid[], uuid[], uuid[], timestamp with time zone)": TAKES_PARTNER,
    "close_draw(uuid, integer, timestamp with time zone, timestamp with time zone)": (
        "opens the seed of the viewer's own reward, with the tickets that take part, once its draw is due"
    ),
    "draws_told(uuid[])": DRAWS,
    "gifts_given(text, uuid, uuid)": "sums that name no member; of one by its wallet, which only recognition tells",
    "holds_reward(uuid, uuid, uuid, uuid)": TAKES_PARTNER,
    "reward_told(text, uuid)": TAKES_SIGHT,
    "rewards_live(text, timestamp with time zone)": TAKES_SIGHT,
    "rewards_recorded(uuid[], integer[])": "the rewards that a partner's or a member's own redemptions name",
    "stocks_left(uuid[])": "what is shown to everybody of what has been live; the rest to its owner",
    "tickets_told(uuid, integer, integer)": DRAWS,
    "settlement_flows(uuid)": "answers the coalition alone",
    "late_flows(uuid)": "answers the coalition alone",
    "daily_flows(uuid, timestamp with time zone, timestamp with time zone, text)": "answers the coalition alone",
    "tell_of_dispute()": "a trigger: tells both sides of a dispute of its stages, from the row itself",
    "certificates_due(uuid, bigint, timestamp with time zone, timestamp with time zone, timestamp with time zone,"
    " timestamp with time zone, timestamp with time zone, uuid, integer, uuid)": (
        "the worker's, of all; and a member's, who asks what comes to it by itself"
    ),
    "coupons_live(uuid[])": TILLS,
    "find_vouchers(uuid, bytea[])": TAKES_PARTNER,
    "name_voucher_uses(uuid, uuid, uuid, uuid[])": TAKES_PARTNER,
    "open_uses(uuid, bigint, uuid, timestamp with time zone)": "answers the coupon's owner alone",
    "post_voucher_expiries(timestamp with time zone, integer)": JOBS,
    "post_voucher_gifts(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_voucher_reversals(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_voucher_uses(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "read_voucher_use(text, uuid, uuid)": TAKES_SIGHT,
    "read_vouchers(text, uuid, timestamp with time zone, uuid, integer)": TAKES_SIGHT,
    "vouchers_at(uuid, uuid, uuid, timestamp with time zone)": TAKES_PARTNER,
    "vouchers_given(uuid, uuid, uuid)": TAKES_PARTNER,
    "vouchers_named(uuid, uuid[], uuid[])": TAKES_PARTNER,
    "vouchers_of_entry(uuid, uuid, uuid)": TAKES_PARTNER,
    "vouchers_taken_back(uuid, uuid, uuid)": TAKES_PARTNER,
    "use_once(bytea, timestamp with time zone)": "tells of a number whether it was new, and makes it old",
    "take_from_bucket(bytea, bigint, interval, bigint, bigint, timestamp with time zone)": BUCKETS,
    "tell_trail()": "a trigger: tells the trail of a decision from the very row that holds it",
    "wallet_signed_in(uuid)": "answers the authorization server alone",
    "wallets_due(text, timestamp with time zone, integer)": JOBS,
    "ask_to_invite(uuid, uuid, uuid, timestamp with time zone, interval, interval)": (
        "after a redemption that the partner itself made, or the member's own last one"
    ),
    "brought_by(uuid)": MEMBERS,
    "forget_invitations(timestamp with time zone)": JOBS,
    "invite_by_link(jsonb, timestamp with time zone)": "keeps a digest of who asked to join by a link; tells nothing",
    "join_referral(jsonb, timestamp with time zone)": (
        "takes a code and a friend that were recognised; tells whether it counts, and never whose code it is"
    ),
    "move_referral(uuid, text, jsonb, timestamp with time zone)": JOBS,
    "my_referral(uuid)": MEMBERS,
    "newcomers(uuid, timestamp with time zone, integer)": JOBS,
    "post_action_returns(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "referral_code_of(uuid, uuid, text, timestamp with time zone)": (
        "the code of a member that was recognised, or asks for itself; a code tells nothing of its member"
    ),
    "referral_parties(text, uuid)": "for whoever holds a code: its programme, and sealed data for the checks",
    "referral_programmes_live()": "what members are promised",
    "referrals_joined(timestamp with time zone, integer)": JOBS,
    "referrals_qualified(timestamp with time zone, uuid, integer)": JOBS,
    "referrals_returned(integer)": JOBS,
    "to_surprise(uuid, uuid, text, integer)": OWNERS,
}
"""Every function that runs with more rights than its caller, and why it may."""

NAMES = {signature.partition("(")[0]: reason for signature, reason in DOORS.items()}
