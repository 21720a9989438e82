import type { OwnFieldName } from '@latchkey/contracts'
import type { FieldProps } from '../../components/field.tsx'

type Input = Pick<FieldProps, 'type' | 'autoComplete' | 'inputMode' | 'step' | 'spellCheck'>

/** How each field of one's own is typed: `{ autoComplete: 'name' }`, `{ type: 'date' }`, or {} for a line of text. */
const inputs: Record<OwnFieldName, Input> = {
  // Yours.
}

export const inputOf = (name: string): Input => (inputs as Readonly<Record<string, Input>>)[name] ?? {}
