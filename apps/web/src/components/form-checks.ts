import type { AuthError } from '@latchkey/auth-client'
import { type Complaint, complaintOf, type FieldError, readComplaint, sentenceOf } from '@latchkey/contracts'
import { words } from '../words/en/complaints.ts'
import { formatNumber } from '../words/formats.ts'
import { failureSentence } from './failure-sentence.ts'
import type { FieldErrors, FormIssue, FormSchema, SchemaOfForm } from './form-schema.ts'

// Loaded after a form is shown, like the schemas: it has the sentence of everything that can be wrong with a field.

export type FormChecks<Values> = Awaited<ReturnType<typeof checksOf<Values>>>

/** What the server says, in the words of the page. */
export interface InOurWords {
  complaint: (complaint: FieldError) => string
  failure: (failure: AuthError) => string
}

const inOurWords: InOurWords = { complaint: complaintInOurWords, failure: failureSentence }

/** How a form is checked before it is sent, and what the server's complaints are in our words. */
export async function checksOf<Values>(ofForm: SchemaOfForm<Values>) {
  const schema: FormSchema<Values> = typeof ofForm === 'function' ? await ofForm() : ofForm
  return { check: (values: unknown) => check(schema, values), inOurWords }
}

function check<Values>(schema: FormSchema<Values>, values: unknown): { data?: Values; errors?: FieldErrors } {
  const parsed = schema.safeParse(values)
  return parsed.success ? { data: parsed.data } : { errors: firstErrors(parsed.error.issues) }
}

function firstErrors(issues: readonly FormIssue[]): FieldErrors {
  const errors: FieldErrors = {}
  for (const issue of issues) errors[issue.path.join('.')] ??= () => inWords(complaintOf(issue))
  return errors
}

/** The server's own sentence where a complaint is of another version: without a code, with a new one, without its number. */
function complaintInOurWords({ code, limit, message }: FieldError): string {
  const complaint = code === undefined ? null : readComplaint(code, limit)
  return complaint ? inWords(complaint) : message
}

const inWords = (complaint: Complaint) => sentenceOf(complaint, words.sentences, numeral)

/** All of its digits: by itself `Intl` would make 0 of 0.0001. */
const numeral = (limit: number) => formatNumber(limit, { maximumSignificantDigits: 15 })
