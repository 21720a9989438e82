/** What a caller reads of a refusal (RFC 9457), with the codes of Latchkey. */
export interface Problem {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly message: string
}

export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Problem
}

export const problemType = 'application/problem+json'

export const problemResponse = ({ status, headers, body }: Refusal): Response =>
  new Response(JSON.stringify(body), { status, headers: { ...headers, 'Content-Type': problemType } })
