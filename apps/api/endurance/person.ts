import { randomBytes } from 'node:crypto'
import { AuthError } from '@latchkey/auth-client'
import type { Tab } from '@latchkey/auth-client/testing'
import { routes } from '@latchkey/contracts'
import { Device, pause } from './device.ts'
import { type Doors, tryEnded, tryStolen } from './probe.ts'

/** How long somebody leaves things as they are. At this rate nobody meets the limit of sign-ins of an account. */
const shortestRestMs = 20_000
const longestRestMs = 40_000
const againMs = 500

/** Somebody with two devices. The first stays signed in all the time; the second is signed out, one way or another. */
export class Person {
  private readonly name = `ada-${randomBytes(6).toString('hex')}`
  private password = newPassword()
  private readonly doors: Doors
  private readonly first: Device
  private second: Device | null = null
  private opened = 0
  private readonly trying = new Set<Promise<void>>()

  constructor(doors: Doors) {
    this.doors = doors
    this.first = this.newDevice()
  }

  /** Registers, and signs in on the second device. */
  async arrive(): Promise<void> {
    const { name: username, password } = this
    await this.first.open((tab) => tab.register({ username, email: `${username}@example.com`, password }))
    await this.signIn()
  }

  /** Ends sessions in every way that there is, until told to stop. */
  async live(): Promise<void> {
    const { stopping } = this.doors
    await pause(Math.random() * longestRestMs, stopping)
    while (!stopping.aborted) {
      if (!this.second) await this.signIn()
      else {
        await this.beStolenFrom(this.first)
        await this.endSecond(this.second)
        await pause(2000, stopping)
        if (!stopping.aborted) await this.signIn()
      }
      await pause(shortestRestMs + Math.random() * (longestRestMs - shortestRestMs), stopping)
    }
  }

  /** When the load is over: whoever was not signed out must still get through. */
  async leave(): Promise<void> {
    await Promise.all(this.trying)
    for (const device of [this.first, this.second]) {
      if (!device) continue
      await device.rest()
      if (device.standing === 'alive' && !(await device.getsThrough(30)))
        this.doors.tally.lostSession(`${device.name}, session ${device.sessionId}: does not get through`)
      device.close()
    }
  }

  private newDevice(): Device {
    return new Device(`${this.name} on device ${++this.opened}`, this.doors)
  }

  private async signIn(): Promise<void> {
    const device = this.newDevice()
    const { name: email, password } = this
    const isIn = await this.untilAnswered(() => device.open((tab) => tab.login({ email, password })))
    if (isIn) this.second = device
  }

  /** The cookies are copied and shown by somebody without the key. */
  private async beStolenFrom(device: Device): Promise<void> {
    if (device.standing === 'alive') await tryStolen(await device.copy(), this.doors)
  }

  private async endSecond(device: Device): Promise<void> {
    // Lost, and counted. There is nothing left to end.
    if (device.standing === 'ended') {
      this.second = null
      return
    }
    const copy = await device.copy()
    device.standing = 'ending'
    const dice = Math.random()
    const isEnded =
      dice < 0.5
        ? await this.endFromFirst(copy.sessionId)
        : dice < 0.8
          ? await this.signOut(device)
          : await this.changePassword()
    if (!isEnded) return
    const endedAt = device.endedAt ?? performance.now()
    device.standing = 'ended'
    this.second = null
    this.doors.tally.ended++
    void device.rest().then(() => device.close())
    const tried = tryEnded(copy, endedAt, this.doors).finally(() => this.trying.delete(tried))
    this.trying.add(tried)
  }

  private endFromFirst(id: string): Promise<boolean> {
    const ended = () => this.byFirst((tab) => tab.call(routes.revokeSession, { params: { id } }))
    // It had ended, and the answer that said so was lost.
    return this.untilAnswered(ended, (error) => error.code === 'not_found')
  }

  /** The page is signed out at once; the server may hear of it later. */
  private async signOut(device: Device): Promise<boolean> {
    await device.tab.logout()
    while (device.endedAt === null && !this.doors.stopping.aborted) {
      device.tab.wake()
      await pause(againMs, this.doors.stopping)
    }
    return device.endedAt !== null
  }

  private async changePassword(): Promise<boolean> {
    const body = { currentPassword: this.password, newPassword: newPassword() }
    let tries = 0
    const isChanged = await this.untilAnswered(
      () => {
        tries++
        return this.byFirst((tab) => tab.call(routes.changePassword, { body }))
      },
      // It had changed, and the answer that said so was lost.
      () => tries > 1,
    )
    // Unknown when it was stopped before an answer; nobody signs in any more then.
    if (isChanged) {
      this.password = body.newPassword
      this.doors.tally.passwordChanges++
    }
    return isChanged
  }

  private async byFirst(act: (tab: Tab) => Promise<unknown>): Promise<unknown> {
    const { tab } = this.first
    const stopAsking = tab.onStepUp(() => tab.reauthenticate({ password: this.password }))
    try {
      return await act(tab)
    } finally {
      stopAsking()
    }
  }

  /**
   * Does something until the server has answered that it is done, by a refusal too if `isDone` says so. False: told to
   * stop before, or refused.
   */
  private async untilAnswered(
    act: () => Promise<unknown>,
    isDone: (refusal: AuthError) => boolean = () => false,
  ): Promise<boolean> {
    while (!this.doors.stopping.aborted) {
      try {
        await act()
        return true
      } catch (error) {
        if (!(error instanceof AuthError)) throw error
        const passes = error.status === null || error.status === 429 || error.status >= 500
        if (!passes) {
          if (isDone(error)) return true
          this.doors.tally.surprise(`refused with ${error.code}`)
          return false
        }
        await pause((error.retryAfterSeconds ?? 0) * 1000 + againMs, this.doors.stopping)
      }
    }
    return false
  }
}

const newPassword = () => randomBytes(12).toString('base64url')
