/** What the audit pages ask of the API. */

import { graphql, type ResultOf } from "../../../shared/graphql";

export const Trail = graphql(`
  query Trail($actions: [AuditAction!], $actor: ID, $subject: ID, $partner: ID, $since: DateTime, $until: DateTime, $after: String) {
    auditTrail(
      actions: $actions
      actor: $actor
      subject: $subject
      partner: $partner
      since: $since
      until: $until
      first: 50
      after: $after
    ) {
      nodes {
        id
        action
        actor
        subject
        recordedAt
        actorId
        actorName
        subjectId
        subjectName
        partner {
          slug
          name
          hue
        }
        facts {
          name
          values
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const Houses = graphql(`
  query Houses {
    partners(first: 100) {
      nodes {
        id
        slug
        name
        hue
      }
    }
    coalition {
      timeZone
    }
  }
`);

export const Sealed = graphql(`
  query Sealed($after: String) {
    cycles(first: 50, after: $after) {
      nodes {
        id
        name
        state
        cutOffAt
        digest
        merkleRoot
        movementsRoot
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const ProofOf = graphql(`
  query ProofOf($id: ID!) {
    lineProof(id: $id)
  }
`);

export type Told = ResultOf<typeof Trail>["auditTrail"]["nodes"][number];
export type Action = Told["action"];
export type SealedCycle = ResultOf<typeof Sealed>["cycles"]["nodes"][number];
