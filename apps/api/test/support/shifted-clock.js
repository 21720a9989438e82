// Loaded before everything else (`node --import`), it shifts the wall clock of one process of a test by
// TEST_CLOCK_OFFSET_SECONDS: every Date, whoever asks, as on a machine whose clock is wrong. What ships has no such setting.
const offsetMs = Number(process.env.TEST_CLOCK_OFFSET_SECONDS) * 1000
const { Date: RealDate } = globalThis
const now = () => RealDate.now() + offsetMs

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
})
