import { ServerError } from '../errors.ts'
import { type Document, isDocument, type Maybe } from '../values/types.ts'
import { groupStages } from './stages/group.ts'
import { joiningStages } from './stages/joining.ts'
import { simpleStages } from './stages/simple.ts'
import type { Stage, StageCompiler, StageContext } from './stages/stage.ts'

const stages: ReadonlyMap<string, StageCompiler> = new Map(
  Object.entries({ ...simpleStages, ...groupStages, ...joiningStages }),
)

export type PipelineOptions = Omit<StageContext, 'pipeline'>

/** @throws ServerError `Location40324` for an unknown stage, `Location40573` for a change stream */
export function compilePipeline(source: Maybe, options: PipelineOptions): Stage {
  if (!Array.isArray(source))
    throw new ServerError('TypeMismatch', "'pipeline' option must be specified as an array")
  const context: StageContext = {
    ...options,
    pipeline: (inner, variables) => compilePipeline(inner, { ...options, variables }),
  }
  const compiled = source.map((stage) => compileStage(stage, context))
  return (input) => compiled.reduce<Iterable<Document>>((documents, run) => run(documents), input)
}

function compileStage(source: Maybe, context: StageContext): Stage {
  if (!isDocument(source))
    throw new ServerError('TypeMismatch', "Each element of the 'pipeline' array must be an object")
  const [[name, spec] = ['', null], ...rest] = source
  if (name === '' || rest.length > 0)
    throw new ServerError(
      'Location40323',
      'A pipeline stage specification object must contain exactly one field.',
    )
  if (name === '$changeStream')
    throw new ServerError('Location40573', 'The $changeStream stage is only supported on replica sets')
  const compile = stages.get(name)
  if (!compile)
    throw new ServerError(
      'Location40324',
      `Unrecognized pipeline stage name: '${name}' (not supported by the embedded database)`,
    )
  return compile(spec, context, name)
}
