import { ServerError } from '../errors.ts'

/** The members of a DBRef: the only names with a dollar that a path may hold. */
export const DBREF_NAMES: readonly string[] = ['$ref', '$id', '$db']

/**
 * The names of a dotted path, as expressions, projections and sorts take it.
 * @throws ServerError `Location16410` for a name that begins with a dollar and is no member of a DBRef
 */
export function fieldPath(path: string): string[] {
  if (path === '') throw new ServerError('Location40352', 'FieldPath cannot be constructed with empty string')
  if (path.endsWith('.')) throw new ServerError('Location40353', "FieldPath must not end with a '.'.")
  const names = path.split('.')
  for (const name of names) {
    if (name === '') throw new ServerError('Location15998', 'FieldPath field names may not be empty strings.')
    if (name.startsWith('$') && !DBREF_NAMES.includes(name))
      throw new ServerError(
        'Location16410',
        "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
      )
  }
  return names
}
