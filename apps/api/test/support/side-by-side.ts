import { AsyncLocalStorage } from 'node:async_hooks'
import { it, onTestFinished, type TestContext } from 'vitest'

// Vitest's own onTestFinished knows one test at a time, the last that began.
const running = new AsyncLocalStorage<TestContext>()
/** For what hangs. The others of the file run meanwhile, and a busy machine is slow, not wrong. */
const defaultTimeoutMs = 240_000

/** A test that runs while its neighbours do: for those that mostly wait. */
export function sideBySide(name: string, body: () => Promise<void>, timeoutMs = defaultTimeoutMs): void {
  it.concurrent(name, (context) => running.run(context, body), timeoutMs)
}

/** One for each case, as with `it.each`. */
sideBySide.each =
  <Case>(cases: readonly Case[]) =>
  (name: string, body: (each: Case) => Promise<void>, timeoutMs = defaultTimeoutMs): void =>
    it.concurrent.for(cases)(name, { timeout: timeoutMs }, (each, context) =>
      running.run(context as TestContext, () => body(each)),
    )

/** Cleans up when the test that asks for it is over, whichever others are running. */
export function whenOver(cleanUp: () => unknown): void {
  const finished = running.getStore()?.onTestFinished ?? onTestFinished
  finished(async () => void (await cleanUp()))
}
