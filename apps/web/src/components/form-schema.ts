import type { Say } from './use-news.ts'

export interface FormIssue {
  path: readonly PropertyKey[]
  message: string
}

/** What a form needs of a contract's body schema. */
export interface FormSchema<Values> {
  safeParse(
    values: unknown,
  ): { success: true; data: Values } | { success: false; error: { issues: readonly FormIssue[] } }
}

/** Or how to load it. */
export type SchemaOfForm<Values> = FormSchema<Values> | (() => Promise<FormSchema<Values>>)

/** What is wrong with each field, by its name. */
export type FieldErrors = Record<string, Say>
