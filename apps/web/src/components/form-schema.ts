interface FormIssue {
  path: readonly PropertyKey[]
  message: string
}

/** What a form needs of a contract's body schema. */
export interface FormSchema<Values> {
  safeParse(
    values: unknown,
  ): { success: true; data: Values } | { success: false; error: { issues: readonly FormIssue[] } }
}

/** The first complaint about each field, by its name. */
export type FieldErrors = Record<string, string>

export function firstErrors(issues: readonly FormIssue[]): FieldErrors {
  const errors: FieldErrors = {}
  for (const { path, message } of issues) errors[path.join('.')] ??= message
  return errors
}
