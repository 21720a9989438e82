import { ServerError } from '../../errors.ts'
import type { Collection } from '../../storage/collection.ts'
import type { Collation } from '../../values/collation.ts'
import { toDouble } from '../../values/numbers.ts'
import { type Document, isDocument, isNumeric, type Maybe, type Value } from '../../values/types.ts'
import type { Variables } from '../scope.ts'

/** Documents in, documents out, one at a time where the stage allows it. */
export type Stage = (input: Iterable<Document>) => Iterable<Document>

/** What a stage may need beside its specification. */
export interface StageContext {
  collection(name: string): Collection | undefined
  /** Runs a pipeline inside the pipeline, as `$lookup` and `$facet` do. */
  pipeline(stages: Maybe, variables: Variables): Stage
  variables: Variables
  collation: Collation | undefined
}

export type StageCompiler = (spec: Value, context: StageContext, name: string) => Stage

/** @throws ServerError unless a stage's specification is a document */
export function specDocument(name: string, spec: Maybe): Document {
  if (!isDocument(spec))
    throw new ServerError('Location40169', `the ${name} stage specification must be an object`)
  return spec
}

/** @throws ServerError unless the value is a whole number of at least `least` */
export function wholeSpec(name: string, spec: Maybe, least: number): number {
  const value = isNumeric(spec) ? toDouble(spec) : Number.NaN
  if (!Number.isInteger(value) || value < least)
    throw new ServerError(
      name === '$limit' ? 'Location15958' : 'Location5107200',
      `invalid argument to ${name} stage: Expected a ${least > 0 ? 'positive' : 'non-negative'} number in: ${name}: ${String(spec)}`,
    )
  return value
}

export function* mapped(
  input: Iterable<Document>,
  map: (document: Document) => Document,
): Generator<Document> {
  for (const document of input) yield map(document)
}
