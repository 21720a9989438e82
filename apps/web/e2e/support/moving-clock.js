// Loaded before everything else (`node --import`), it lets a test move the wall clock of the product: every Date, whoever
// asks. What ships has no such thing.
const { Date: RealDate } = globalThis
let offsetMs = 0
const now = () => RealDate.now() + offsetMs

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
})

process.on('message', ({ advanceSeconds }) => {
  offsetMs += advanceSeconds * 1000
  process.send?.('moved')
})
// It must not keep the product from ending.
process.channel?.unref()
