export { AuthError, complain, refuse } from './auth-error.ts'
export { formOrJsonBody, jsonBody } from './body.ts'
export { addSeconds, type Clock, earlier, systemClock, toNumericDate } from './clock.ts'
export { methodNotAllowed } from './method-not-allowed.ts'
export { answerProblems, problemCodeOf, problemOf, sendProblem, statusOf, toAuthError } from './problem.ts'
export { createRoute, parse, type Route } from './route.ts'
export { sameOrigin } from './same-origin.ts'
export { stepUpBy } from './step-up.ts'
export {
  dateIn,
  entriesIn,
  idIn,
  listOf,
  longAgo,
  numberOf,
  objectOf,
  oneMore,
  type Stored,
  textIn,
  wholeIn,
} from './stored.ts'
