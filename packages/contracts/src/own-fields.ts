import { ownFieldsOf } from './own-field.ts'

/**
 * What your product knows of each user beside what Latchkey does. A field is a line here: a text or a number, with what it is
 * until its owner says. The compiler then asks for its name in each language and for its input (docs/build-on-it.md).
 */
export const ownFields = ownFieldsOf({
  // Yours.
})
