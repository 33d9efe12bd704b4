/** What is one's own, part by part, as far as the API tells it; for the export alone, so it asks for everything. */

import { graphql } from "../../../shared/graphql";

export const profile = graphql(`
  query ExportProfile {
    part: myProfile { name email phone bornOn language joinedAt joinedThrough { slug name } }
  }
`);

export const wallet = graphql(`
  query ExportWallet {
    part: me {
      kind
      cards
      wallet {
        available
        pending
        held
        debt
        version
        fundedBy { points sponsor { slug name } }
        releases { points at }
        expiries { points at }
      }
    }
  }
`);

export const activity = graphql(`
  query ExportActivity($after: String) {
    me {
      wallet {
        part: activity(first: 45, after: $after) {
          nodes {
            version
            kind
            change
            occurredAt
            postedAt
            reference
            partner { slug name }
            outlet { name }
            fundedBy { points sponsor { slug name } }
            movements { kind debit credit points availableAt expiresAt sponsor { slug name } redeemer { slug name } }
          }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`);

export const links = graphql(`
  query ExportLinks($after: String, $language: String!) {
    part: myLinks(first: 50, after: $after) {
      nodes {
        since
        partner { slug name }
        consents {
          purpose
          givenAt
          givenThrough
          textVersion
          words(language: $language)
          expiresAt
          revokedAt
          stands
        }
        grants { clientName createdAt expiresAt lastUsedAt scopes }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const notices = graphql(`
  query ExportNotices {
    part: myNotices { kind earningUntil spendingUntil partner { slug name } }
  }
`);

export const messages = graphql(`
  query ExportMessages($after: String, $language: String!) {
    part: myMessages(unread: false, language: $language, first: 100, after: $after) {
      nodes { topic subject text language occurredAt writtenAt readAt partner { slug name } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const preferences = graphql(`
  query ExportPreferences {
    part: messagePreferences {
      digest
      language
      timeZone
      quietFrom
      quietUntil
      ways { topic marketing inbox mail }
    }
  }
`);

export const referral = graphql(`
  query ExportReferral {
    part: myReferral {
      programme
      code
      link
      invited
      joined
      qualified
      rewarded
      notCounted
      asFriend { counts buyBy least { amount currency } rewarded }
    }
  }
`);

export const tiers = graphql(`
  query ExportTiers {
    part: myTiers {
      programme { name owner { slug name } }
      tier
      since
      until
      why
      because
      benefits
      history { was tier since until why because }
    }
  }
`);

export const rewards = graphql(`
  query ExportRewards($after: String, $language: String!) {
    part: myRedeemedRewards(first: 100, after: $after) {
      nodes {
        redeemedAt
        state
        changedAt
        pieces
        fulfilment
        tickets
        note
        money { amount currency }
        off { amount currency }
        partner { slug name }
        reward { name(language: $language) kind }
        vouchers { code name state expiresAt }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const giving = graphql(`
  query ExportGiving {
    part: myRewardGiving { charity gifts members given { amount currency } matched { amount currency } }
  }
`);

export const vouchers = graphql(`
  query ExportVouchers($after: String) {
    part: myVouchers(onlyOpen: false, first: 100, after: $after) {
      nodes {
        name
        code
        state
        uses
        used
        source
        issuedAt
        expiresAt
        amount { amount currency }
        least { amount currency }
        partners { slug name }
        owner { slug name }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const reviews = graphql(`
  query ExportReviews($after: String) {
    part: myReviews(first: 50, after: $after) {
      nodes {
        state
        stars
        title
        words
        photos
        displayName
        language
        verified
        writtenAt
        changedAt
        reason
        reasonWords
        objectedAt
        product { name brand gtin }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const comments = graphql(`
  query ExportComments($after: String) {
    part: myReviewComments(first: 50, after: $after) {
      nodes { state words displayName writtenAt reason reasonWords objectedAt }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const surveys = graphql(`
  query ExportSurveys($language: String!) {
    part: mySurveys { offeredAt expiresAt gives form { title(language: $language) version } }
  }
`);

export const trials = graphql(`
  query ExportTrials($language: String!) {
    part: myTrials { maker { slug name } terms { name } text(language: $language) place { state appliedAt dueAt } }
  }
`);

export const activities = graphql(`
  query ExportActivities {
    part: myActivities {
      terms { name kind address startsAt endsAt hosts { slug name } }
      state
      invited
      guests
      cameAt
    }
  }
`);

export const products = graphql(`
  query ExportProducts($after: String, $language: String!) {
    part: myProducts(ended: true, first: 50, after: $after) {
      nodes {
        article
        maker { slug name }
        information { name(language: $language) }
        serialEnds
        verified
        proven
        registeredAt
        boughtAt
        warrantyUntil
        coverage
        ended
        endedAt
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const tradeIns = graphql(`
  query ExportTradeIns($after: String) {
    part: myTradeIns(first: 50, after: $after) {
      nodes {
        handedInAt
        partner { slug name }
        scheme
        category
        grade
        units
        state
        dueAt
        closedAs
        form
        creditState
        value { amount currency }
        credit { amount currency }
        soldFor { amount currency }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const cases = graphql(`
  query ExportCases($after: String) {
    part: myCases(first: 20, after: $after) {
      nodes {
        kind
        state
        openedAt
        changedAt
        closedAt
        article
        coverage
        openedBy { slug name }
        handler { slug name }
        maker { slug name }
        entries { kind side saidAt words links partner { slug name } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const claims = graphql(`
  query ExportClaims($after: String) {
    part: myClaims(first: 50, after: $after) {
      nodes {
        programme { owner { slug name } terms { name } }
        state
        refusal
        units
        sku
        happenedAt
        claimedAt
        decidedAt
        paidAt
        value { amount currency }
        points
        takenBack
        proof { serial receipt photo document documentDigest inOurBooks }
        outlet { name }
        note
        objection
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const sellers = graphql(`
  query ExportSellers {
    part: mySellers { employer { slug name } outlet { name } state proposedAt since endedAt endedBy showsRewards }
  }
`);

export const courses = graphql(`
  query ExportCourses {
    part: myCourseCertificates { course number score issuedAt validUntil }
  }
`);

export const businesses = graphql(`
  query ExportBusinesses {
    part: myBusinesses { name kind role served wallet { available pending held debt } }
  }
`);
