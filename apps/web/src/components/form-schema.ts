interface FormIssue {
  path: readonly PropertyKey[]
  message: string
}

/** What a form asks of a contract's body schema. */
export interface FormSchema<Values> {
  safeParse(
    values: unknown,
  ): { success: true; data: Values } | { success: false; error: { issues: readonly FormIssue[] } }
}

/** By field name: the first complaint about it. */
export type FieldErrors = Record<string, string>

export function firstErrors(issues: readonly FormIssue[]): FieldErrors {
  const errors: FieldErrors = {}
  for (const { path, message } of issues) errors[path.join('.')] ??= message
  return errors
}
