import { AuthError } from '@latchkey/auth-client'
import {
  type FocusEvent,
  type FormEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import type { FormChecks } from './form-checks.ts'
import type { FieldErrors, SchemaOfForm } from './form-schema.ts'
import { serverFieldErrors } from './server-field-errors.ts'

export interface Form {
  /** Spread on the `<form>`. */
  props: {
    ref: RefObject<HTMLFormElement | null>
    noValidate: true
    /** Where the page does not work, what was typed is not written into the address. */
    method: 'post'
    onSubmit: (event: FormEvent<HTMLFormElement>) => void
    onBlur: (event: FocusEvent<HTMLFormElement>) => void
    onInput: (event: FormEvent<HTMLFormElement>) => void
  }
  errorOf: (field: string) => string | undefined
  /** What went wrong, unless it was about single fields. */
  failure: AuthError | null
  isSubmitting: boolean
}

/**
 * What becomes of a form once it was sent. `stay`: it can be used again, and keeps what was typed. `reset`: it is as it was at
 * first, with the focus in its first field. `leave`: something else takes its place, and until then the button shows progress.
 */
export type AfterSubmit = 'stay' | 'reset' | 'leave'

/**
 * A form whose inputs keep what was typed; this hook keeps only the complaints about it.
 *
 * The schema checks on submit, and after the first submit whenever a field is left. Fields go by the names of their
 * inputs; when the server complains about a field that the form does not have, the whole form has failed.
 *
 * The words for what is wrong are loaded after the form is shown; so is the schema, if it is a function (make it outside the
 * component). Should that fail or take long, the server checks.
 */
export function useForm<Values>(
  schema: SchemaOfForm<Values>,
  submit: (values: Values) => Promise<unknown>,
  after: AfterSubmit = 'stay',
): Form {
  const ref = useRef<HTMLFormElement>(null)
  const loaded = useRef<FormChecks<Values>>(undefined)
  const isInFlight = useRef(false)
  const [isSubmitting, setIsSubmitting] = useState(false)
  const [hasTried, setHasTried] = useState(false)
  const [errors, setErrors] = useState<FieldErrors>({})
  const [failure, setFailure] = useState<AuthError | null>(null)
  const [refusals, setRefusals] = useState(0)
  const [resets, setResets] = useState(0)

  const load = useCallback(async () => {
    loaded.current ??= await import('./form-checks.ts')
      .then(({ checksOf }) => checksOf(schema))
      .catch(() => undefined)
    return loaded.current
  }, [schema])

  useEffect(() => void load(), [load])

  // In the same step that shows the complaints, so that the field is announced together with its own.
  useLayoutEffect(() => {
    if (refusals > 0) ref.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [refusals])

  // Once nothing is complained of any more: the field that is left is not checked. Whoever is elsewhere by now stays there.
  useLayoutEffect(() => {
    const form = ref.current
    const { activeElement } = document
    if (resets > 0 && (activeElement === document.body || form?.contains(activeElement)))
      firstFieldOf(form)?.focus()
  }, [resets])

  function refuse(complaints: FieldErrors) {
    setErrors(complaints)
    setRefusals((count) => count + 1)
  }

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (isInFlight.current) return
    const form = event.currentTarget
    isInFlight.current = true
    setIsSubmitting(true)
    const checks = loaded.current ?? (await Promise.race([load(), nothingAfter(longestLoadMs)]))
    const values = valuesOf(form)
    const { errors, data = values as Values } = checks?.check(values) ?? {}
    setHasTried(true)
    setFailure(null)
    if (errors) {
      isInFlight.current = false
      setIsSubmitting(false)
      return refuse(errors)
    }

    setErrors({})
    try {
      await submit(data)
      if (after === 'leave') return
      isInFlight.current = false
      setIsSubmitting(false)
      setHasTried(false)
      if (after === 'stay') return
      // Also what was said while it was being sent.
      setErrors({})
      form.reset()
      setResets((count) => count + 1)
    } catch (error) {
      isInFlight.current = false
      setIsSubmitting(false)
      if (!(error instanceof AuthError)) throw error
      const hasField = (name: string) => form.elements.namedItem(name) !== null
      const complaints = serverFieldErrors(error, hasField, checks?.inOurWords)
      if (complaints) refuse(complaints)
      else setFailure(error)
    }
  }

  function onBlur(event: FocusEvent<HTMLFormElement>) {
    const { target } = event
    if (!hasTried || !isField(target)) return
    const complaint = loaded.current?.check(valuesOf(event.currentTarget)).errors?.[target.name]
    // A complaint of the server's stays until the field changes, even when the schema has none.
    if (complaint) setErrors((previous) => ({ ...previous, [target.name]: complaint }))
  }

  function onInput({ target }: FormEvent<HTMLFormElement>) {
    if (isField(target) && errors[target.name]) setErrors(without(target.name))
  }

  return {
    props: {
      ref,
      noValidate: true,
      method: 'post',
      onSubmit: (event) => void onSubmit(event),
      onBlur,
      onInput,
    },
    errorOf: (field) => errors[field]?.(),
    failure,
    isSubmitting,
  }
}

const longestLoadMs = 5000
const nothingAfter = (ms: number) => new Promise<null>((resolve) => setTimeout(() => resolve(null), ms))

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

const isField = (target: EventTarget): target is Field =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLSelectElement ||
  target instanceof HTMLTextAreaElement

/** Of those that can be filled: what is disabled, read-only or of type hidden is not validated. */
const firstFieldOf = (form: HTMLFormElement | null) =>
  [...(form?.elements ?? [])].filter(isField).find(({ willValidate, hidden }) => willValidate && !hidden)

function valuesOf(form: HTMLFormElement): Record<string, unknown> {
  return Object.fromEntries(new FormData(form))
}

function without(field: string) {
  return ({ [field]: _, ...others }: FieldErrors): FieldErrors => others
}
