"""What finance asks and does, from the contract to the closed cycle, in the words of the API."""

from __future__ import annotations


def step(name: str, kind: str, shows: str) -> str:
    """A mutation with one input, whose refusal says what to do."""
    return f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {shows} userErrors {{ code message path }} }} }}"


CUT_OFF = step("cycleCutOff", "CycleStepInput", "cycle { state merkleRoot movementsRoot }")
COMPUTE = step("cycleCompute", "CycleComputeInput", "cycle { state revision digest }")
PROPOSE = step("cyclePropose", "CycleProposeInput", "cycle { state answerUntil digest }")
ACCEPT = step("statementAccept", "CycleStepInput", "statement { acceptedAt }")
APPROVE = step("cycleApprove", "CycleStepInput", "cycle { state approval }")
VOID = step("cycleVoid", "CycleVoidInput", "cycle { state }")
INSTRUCT = step("cycleInstruct", "CycleInstructInput", "payments { reference state }")
RELEASE = step("paymentsRelease", "PaymentsReleaseInput", "orders { content payments controlSum payer { slug } }")
IMPORT = step("bankFileImport", "BankFileImportInput", "imported { matched ambiguous unmatched outOfBand accepted }")
CLOSE = step("cycleClose", "CycleStepInput", "cycle { state }")

_DISPUTE = "dispute { id state treatment dueAt amount { amount } evidence { name sha256 } decision { outcome upheld } }"
RAISE = step("disputeRaise", "DisputeRaiseInput", _DISPUTE)
EVIDENCE = step("disputeAddEvidence", "DisputeAddEvidenceInput", _DISPUTE)
ANSWER = step("disputeAnswer", "DisputeAnswerInput", _DISPUTE)
ESCALATE = step("disputeEscalate", "DisputeStepInput", _DISPUTE)
DECIDE = step("disputeDecide", "DisputeDecideInput", _DISPUTE)
DISPUTES = "{ disputes { nodes { id state words otherSide { slug } evidence { id name } } } }"
CONTENT = "query ($id: ID!) { disputeEvidenceContent(id: $id) }"

CONTRACTS_OF = "{ partners { nodes { slug contracts { id version revision signedAt } } } }"
DIFF = "query ($new: ID!, $old: ID!) { contractDiff(contract: $new, against: $old) { term before after } }"
WHAT_IF = """query ($contract: ID!, $cycle: ID) { contractWhatIf(contract: $contract, cycle: $cycle) { isForecast
    changes { party { role partner { slug } } netBefore { amount } netAfter { amount } difference { amount } } } }"""
POSITION = """{ runningPosition { note positions { party { role partner { slug } } net { amount } }
    days { day partner { slug } issued redeemed position } } }"""
CYCLE = """query ($cycle: ID!) { cycle(id: $cycle) { state digest approval answers { answer partner { slug } }
    steps { step toState } netting { efficiency throughOperator { amount { amount } } }
    statements { role partner { slug } net { amount } closing { amount } } } }"""
STATEMENT = """query ($cycle: ID!) { statement(cycle: $cycle) { id opening { amount } charged { amount }
    credited { amount } fees { amount } tax { amount } rounding { amount } net { amount } closing { amount }
    provisionalCredit { amount } files { pdf csv parquet transfersCsv transfersParquet journalCsv journalParquet }
    invoices { id number kind dueOn pdf net { amount } tax { amount } gross { amount } }
    lines(first: 50) { nodes { id number kind source amount exact rounding points base price share debtorRole
        debtor { slug } creditorRole creditor { slug } cameOf { id } } } } }"""
PROOF = "query ($id: ID!) { lineProof(id: $id) }"
PAYMENTS = """query ($cycle: ID) { settlementPayments(cycle: $cycle) { nodes { id kind state reference dueOn
    payer { slug } payee { slug } amount { amount } open { amount } } } }"""
AGEING = "{ paymentAgeing { payer { slug } open payments } }"
ROLL_FORWARD = """{ rollForward { cycle final sponsor { slug } opening billed recognised breakage service clawedBack
    currencyEffect closing difference } }"""
RESERVE = """{ reserve { position { outstanding need { expected { amount } } cash { amount } cover standing
    needBySponsor { sponsor { slug } } } movements { kind amount } } }"""
LIABILITY = "{ liability { outstanding basis cohorts { month issued redeemed clawedBack expired outstanding } } }"
AS_OF = """query ($ref: MemberRefInput!, $at: DateTime!) { member(ref: $ref) { wallet { available
    asOf(at: $at) { available debt } } } }"""
TOLD = """query ($actions: [AuditAction!]) { auditTrail(first: 100, actions: $actions) { nodes {
    action actorName subjectName facts { name values } } } }"""
DECISIONS = [
    *("CONTRACT_DRAWN_UP", "CONTRACT_SIGNED", "CYCLE_STEP_TAKEN"),
    *("DECISION_PREPARED", "DECISION_TAKEN"),
]

MAPPING_SAVE = step("reconciliationMappingSave", "ReconciliationMappingSaveInput", "mapping { version }")
FILE_BEGIN = step("reconciliationBegin", "ReconciliationBeginInput", "file { id state uploadPath }")
FILE = """query ($id: ID!) { reconciliationFile(id: $id) { state refusal percent
    report { rows postings outcomes { outcome rows } } } }"""
EXCEPTIONS = """query ($file: ID!) { reconciliationExceptions(filter: { file: $file, states: [OPEN, PROPOSED] }) {
    nodes { id row reference outcome severity suggestion because suggested { reference } } } }"""
_EXCEPTION = "exception { state resolution steps { what byMe } }"
EXCEPTION_PROPOSE = step("exceptionPropose", "ExceptionProposeInput", _EXCEPTION)
EXCEPTION_CONFIRM = step("exceptionConfirm", "ExceptionInput", _EXCEPTION)
EXCEPTION_RESOLVE = step("exceptionResolve", "ExceptionResolveInput", _EXCEPTION)
