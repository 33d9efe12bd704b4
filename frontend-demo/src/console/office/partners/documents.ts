/** What the pages of partners, contracts, people and clients ask of the API. */

import { graphql, type ResultOf } from "../../../shared/graphql";

export const Firms = graphql(`
  query Firms {
    serverTime
    coalition {
      currency
      timeZone
      sandbox
    }
    viewer {
      person {
        id
      }
      partner {
        slug
      }
    }
    partners(first: 100) {
      nodes {
        id
        slug
        name
        roles
        status
        hue
        joinedAt
        leavesAt
        honoursUntil
      }
    }
  }
`);

export const FirmContracts = graphql(`
  query FirmContracts {
    partners(first: 100) {
      nodes {
        id
        contracts {
          id
          version
          validFrom
          signedAt
          withdrawnAt
        }
      }
    }
  }
`);

export const CompanyOf = graphql(`
  query CompanyOf($partner: ID) {
    company(partner: $partner) {
      name
      country
      registration
      taxNumber
      street
      building
      postCode
      town
      email
      language
      iban
      bic
      waitingAccount {
        id
        iban
        bic
        proposedAt
      }
    }
  }
`);

export const OutletsOf = graphql(`
  query OutletsOf($partner: ID!, $after: String) {
    node(id: $partner) {
      ... on Partner {
        outlets(first: 50, after: $after) {
          nodes {
            id
            code
            name
            timeZone
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`);

export const ExitOf = graphql(`
  query ExitOf($partner: ID!) {
    exit(partner: $partner) {
      next
      outstanding
      exit {
        reason
        byPartner
        noticedAt
        exitAt
        honoursUntil
        remainder
        withdrawnAt
        closedAt
      }
      steps {
        step
        doneAt
        dueAt
        blockers {
          says
        }
      }
    }
  }
`);

const TermFields = graphql(`
  fragment TermFields on Contract @_unmask {
    id
    version
    revision
    validFrom
    drawnUpAt
    signedAt
    withdrawnAt
    issues
    redeems
    price
    bands {
      points
      price
    }
    priceRedeem
    shareAtIssuance
    feePerPoint
    feeShare
    feeFixed
    feeMinimum
    breakageIssuer
    breakageRedeemers
    breakageCharity
    taxRule
    taxSupply
    taxCredit
    selfBilling
    billing
    packPoints
    packAlert
    packLimit
    creditLimit
    valueDays
    returnPolicy
    returnDays
    disputeDays
    disputedLines
    exclusiveCategories
    territories
    noticeDays
    tailDays
  }
`);

export const ContractsOf = graphql(
  `
    query ContractsOf($partner: ID!) {
      node(id: $partner) {
        ... on Partner {
          contracts {
            ...TermFields
          }
        }
      }
    }
  `,
  [TermFields],
);

export const DiffOf = graphql(`
  query DiffOf($contract: ID!, $against: ID!) {
    contractDiff(contract: $contract, against: $against) {
      term
      label
      before
      after
    }
  }
`);

export const WhatIf = graphql(`
  query WhatIf($contract: ID!, $cycle: ID, $always: Boolean!) {
    contractWhatIf(contract: $contract, cycle: $cycle, always: $always) {
      isForecast
      priceBefore
      priceAfter
      cycle {
        name
      }
      changes {
        party {
          role
          partner {
            slug
            name
            hue
          }
        }
        byKind {
          kind
          before {
            amount
            currency
          }
          after {
            amount
            currency
          }
        }
        netBefore {
          amount
          currency
        }
        netAfter {
          amount
          currency
        }
        difference {
          amount
          currency
        }
      }
    }
  }
`);

export const CyclesToPrice = graphql(`
  query CyclesToPrice {
    cycles(first: 24) {
      nodes {
        id
        name
        state
      }
    }
  }
`);

export const Admit = graphql(`
  mutation Admit($input: PartnerAdmitInput!) {
    partnerAdmit(input: $input) {
      partner {
        id
        slug
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const ChangeStatus = graphql(`
  mutation ChangeStatus($input: PartnerStatusInput!) {
    partnerChangeStatus(input: $input) {
      partner {
        id
        status
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const OpenOutlets = graphql(`
  mutation OpenOutlets($input: OutletsOpenInput!) {
    outletsOpen(input: $input) {
      outlets {
        id
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const ProposeAccount = graphql(`
  mutation ProposeAccount($input: AccountProposeInput!) {
    accountPropose(input: $input) {
      company {
        name
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const DecideAccount = graphql(`
  mutation DecideAccount($input: AccountDecideInput!) {
    accountDecide(input: $input) {
      company {
        name
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const ChangeCompany = graphql(`
  mutation ChangeCompany($input: CompanyChangeInput!) {
    companyChange(input: $input) {
      company {
        name
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const GiveNotice = graphql(`
  mutation GiveNotice($input: ExitNoticeInput!) {
    exitNotice(input: $input) {
      exit {
        next
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const WithdrawNotice = graphql(`
  mutation WithdrawNotice($input: ExitWithdrawInput!) {
    exitWithdraw(input: $input) {
      exit {
        next
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const DrawUp = graphql(`
  mutation DrawUp($input: ContractDrawUpInput!) {
    contractDrawUp(input: $input) {
      contract {
        id
        version
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const ChangeDraft = graphql(`
  mutation ChangeDraft($input: ContractChangeInput!) {
    contractChange(input: $input) {
      contract {
        id
        version
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const WithdrawDraft = graphql(`
  mutation WithdrawDraft($input: ContractWithdrawInput!) {
    contractWithdraw(input: $input) {
      contract {
        id
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const SignDraft = graphql(`
  mutation SignDraft($input: ContractSignInput!) {
    contractSign(input: $input) {
      contract {
        id
        signedAt
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const PeopleOf = graphql(`
  query PeopleOf($partner: ID, $after: String) {
    people(partner: $partner, first: 50, after: $after) {
      nodes {
        id
        name
        email
        roles
        active
        createdAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const Invite = graphql(`
  mutation Invite($input: PersonInviteInput!) {
    personInvite(input: $input) {
      invitation {
        link
        mailed
        person {
          name
        }
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const InviteAgain = graphql(`
  mutation InviteAgain($input: PersonInviteAgainInput!) {
    personInviteAgain(input: $input) {
      invitation {
        link
        mailed
        person {
          name
        }
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const ChangeRoles = graphql(`
  mutation ChangeRoles($input: PersonChangeInput!) {
    personChange(input: $input) {
      person {
        id
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const LetGo = graphql(`
  mutation LetGo($input: PersonLetGoInput!) {
    personLetGo(input: $input) {
      person {
        id
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const ClientsOf = graphql(`
  query ClientsOf($partner: ID, $after: String) {
    clientCeiling(partner: $partner)
    clients(partner: $partner, first: 50, after: $after) {
      nodes {
        id
        name
        clientId
        authMethod
        scopes
        dpopBound
        createdAt
        lastUsedAt
        revokedAt
        keySetUrl
        keySetFailure
        outlet {
          code
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const CreateClient = graphql(`
  mutation CreateClient($input: ClientCreateInput!) {
    clientCreate(input: $input) {
      secret
      client {
        id
        name
        clientId
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const ChangeClient = graphql(`
  mutation ChangeClient($input: ClientChangeInput!) {
    clientChange(input: $input) {
      client {
        id
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const RotateClient = graphql(`
  mutation RotateClient($input: ClientRotateInput!) {
    clientRotate(input: $input) {
      secret
      client {
        id
        name
        clientId
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const RevokeClient = graphql(`
  mutation RevokeClient($input: ClientRevokeInput!) {
    clientRevoke(input: $input) {
      client {
        id
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const WebhooksOf = graphql(`
  query WebhooksOf {
    webhooks {
      id
      name
      url
      state
      reason
      failingSince
      kinds
    }
  }
`);

export type Known = ResultOf<typeof Firms>;
export type Firm = Known["partners"]["nodes"][number];
export type Contract = ResultOf<typeof TermFields>;
export type Company = NonNullable<ResultOf<typeof CompanyOf>["company"]>;
export type Exit = NonNullable<ResultOf<typeof ExitOf>["exit"]>;
export type Person = ResultOf<typeof PeopleOf>["people"]["nodes"][number];
export type ApiClient = ResultOf<typeof ClientsOf>["clients"]["nodes"][number];
export type Priced = NonNullable<ResultOf<typeof WhatIf>["contractWhatIf"]>;
