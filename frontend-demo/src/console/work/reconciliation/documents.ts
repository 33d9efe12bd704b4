/** What the pages of reconciliation ask of the API. */

import { graphql, type ResultOf } from "../../../shared/graphql";

export const Exceptions = graphql(`
  query Exceptions($filter: ReconciliationExceptionFilter, $after: String) {
    reconciliationExceptions(filter: $filter, first: 100, after: $after) {
      nodes {
        id
        reference
        kind
        occurredAt
        points
        row
        outcome
        reason
        severity
        because
        state
        resolution
        assigned
        file {
          id
          sequence
          partner {
            slug
            name
            hue
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const SideFields = graphql(`
  fragment SideFields on ReconciliationSide @_unmask {
    reference
    kind
    occurredAt
    outlet
    points
    amount {
      amount
      currency
    }
  }
`);

export const ExceptionOf = graphql(
  `
    query ExceptionOf($id: ID!) {
      node(id: $id) {
        __typename
        id
        ... on ReconciliationException {
          row
          reference
          outcome
          reason
          severity
          suggestion
          because
          state
          resolution
          assigned
          file {
            id
            name
            sequence
            partner {
              name
              hue
            }
          }
          fileSays {
            ...SideFields
          }
          ledgerSays {
            ...SideFields
          }
          suggested {
            id
            fileSays {
              ...SideFields
            }
            ledgerSays {
              ...SideFields
            }
          }
          steps {
            what
            note
            takenAt
            byMe
          }
        }
      }
    }
  `,
  [SideFields],
);

export const Assign = graphql(`
  mutation Assign($exception: ID!, $toMe: Boolean!) {
    done: exceptionAssign(input: { exception: $exception, toMe: $toMe }) {
      exception {
        id
        assigned
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const Note = graphql(`
  mutation Note($exception: ID!, $note: String!) {
    done: exceptionNote(input: { exception: $exception, note: $note }) {
      exception {
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

export const Resolve = graphql(`
  mutation Resolve($exception: ID!, $resolution: ReconciliationResolution!, $note: String) {
    done: exceptionResolve(input: { exception: $exception, resolution: $resolution, note: $note }) {
      exception {
        id
        state
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const Propose = graphql(`
  mutation Propose($exception: ID!, $resolution: ReconciliationResolution!, $note: String!) {
    done: exceptionPropose(input: { exception: $exception, resolution: $resolution, note: $note }) {
      exception {
        id
        state
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const Confirm = graphql(`
  mutation Confirm($exception: ID!) {
    done: exceptionConfirm(input: { exception: $exception }) {
      exception {
        id
        state
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const Decline = graphql(`
  mutation Decline($exception: ID!, $note: String!) {
    done: exceptionDecline(input: { exception: $exception, note: $note }) {
      exception {
        id
        state
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const Files = graphql(`
  query Files($partner: ID, $after: String) {
    reconciliationFiles(partner: $partner, first: 50, after: $after) {
      nodes {
        id
        name
        sequence
        state
        percent
        dryRun
        begunAt
        endedAt
        refusalSays
        partner {
          id
          slug
          name
          hue
        }
        report {
          rows
          postings
          outcomes {
            outcome
            rows
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const FileOf = graphql(`
  query FileOf($file: ID!) {
    reconciliationFile(id: $file) {
      id
      name
      sequence
      dryRun
      state
      percent
      rowsRead
      startsAt
      endsAt
      begunAt
      endedAt
      refusal
      refusalSays
      uploadPath
      partner {
        slug
        name
        hue
      }
      findings {
        code
        message
      }
      report {
        rows
        filePoints
        fileAmount
        postings
        ledgerPoints
        ledgerAmount {
          amount
          currency
        }
        outcomes {
          outcome
          reason
          rows
          points
          amount {
            amount
            currency
          }
        }
      }
    }
  }
`);

export const HandingIn = graphql(`
  query HandingIn($partner: ID, $coalition: Boolean!) {
    reconciliationMappings(partner: $partner) {
      id
      name
      version
      format
      columns {
        field
        column
      }
    }
    reconciliationFiles(partner: $partner, first: 1) {
      nodes {
        sequence
        dryRun
      }
    }
    cycles(first: 24) {
      nodes {
        id
        name
        state
      }
    }
    partners(first: 100) @include(if: $coalition) {
      nodes {
        id
        name
      }
    }
  }
`);

export const Preview = graphql(`
  mutation Preview($content: ReconciliationMappingInput!, $sample: String!) {
    done: reconciliationPreview(input: { content: $content, sample: $sample }) {
      preview {
        rejected
        rows {
          row
          reference
          kind
          outletCode
          occurredAt
          points
          reason
          cell
          detail
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

export const SaveMapping = graphql(`
  mutation SaveMapping($name: String!, $content: ReconciliationMappingInput!, $partner: ID) {
    done: reconciliationMappingSave(input: { name: $name, content: $content, partner: $partner }) {
      mapping {
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

export const Begin = graphql(`
  mutation Begin($input: ReconciliationBeginInput!) {
    done: reconciliationBegin(input: $input) {
      file {
        id
        uploadPath
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const WithdrawFile = graphql(`
  mutation WithdrawFile($file: ID!) {
    done: reconciliationWithdraw(input: { file: $file }) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export type Exception = ResultOf<typeof Exceptions>["reconciliationExceptions"]["nodes"][number];
export type Detail = Extract<NonNullable<ResultOf<typeof ExceptionOf>["node"]>, { __typename: "ReconciliationException" }>;
export type Side = ResultOf<typeof SideFields>;
export type FileRow = ResultOf<typeof Files>["reconciliationFiles"]["nodes"][number];
export type FileFound = NonNullable<ResultOf<typeof FileOf>["reconciliationFile"]>;
export type MappingSaved = ResultOf<typeof HandingIn>["reconciliationMappings"][number];
