import { accumulatingOperators } from './accumulating.ts'
import { arithmeticOperators } from './arithmetic.ts'
import { arrayOperators } from './arrays.ts'
import { dateOperators } from './dates.ts'
import { logicOperators } from './logic.ts'
import { objectOperators } from './objects.ts'
import type { OperatorCompiler } from './operator.ts'
import { setOperators } from './sets.ts'
import { stringOperators } from './strings.ts'
import { typeOperators } from './types.ts'

/** Every expression operator by its name. */
export const operators: ReadonlyMap<string, OperatorCompiler> = new Map(
  Object.entries({
    ...accumulatingOperators,
    ...arithmeticOperators,
    ...arrayOperators,
    ...dateOperators,
    ...logicOperators,
    ...objectOperators,
    ...setOperators,
    ...stringOperators,
    ...typeOperators,
  }),
)
