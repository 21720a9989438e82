import type { CSSProperties } from 'react'
import { type Exchange, type Group, type Remark, type Row, rowsOf } from './exchanges.ts'
import styles from './lane-group.module.css'
import { StatusMark } from './status-mark.tsx'

type Item = { at: number } & ({ row: Row } | { remark: Remark })

/** One story: what was sent, what came back, and what the database did of it. */
export function LaneGroup({ group }: { group: Group }) {
  const namesSenders =
    new Set(group.exchanges.map(({ sender }) => sender)).size > 1 || group.exchanges[0]?.sender === 'second'
  const items: Item[] = [
    ...rowsOf(group).map((row) => ({ at: row.exchange.sentAtMs, row })),
    ...group.remarks.map((remark) => ({ at: remark.atMs, remark })),
  ].sort((a, b) => a.at - b.at)
  return (
    <article className={styles.group}>
      <div className={styles.head}>
        <h3>{titleOf(group)}</h3>
        <p dir="ltr">{group.tookMs === null ? 'under way' : inMs(group.tookMs)}</p>
      </div>
      <ol>
        {items.map((item, step) => (
          <li key={'row' in item ? item.row.id : item.remark.id} style={delayed(step)}>
            {'row' in item ? (
              <LaneRow row={item.row} namesSender={namesSenders} />
            ) : (
              <div className={styles.row}>
                <p className={`${styles.wire} ${styles.remark}`}>
                  {namesSenders && <Sender sender={item.remark.sender} />} {item.remark.text}
                </p>
                <p className={styles.wire} />
              </div>
            )}
          </li>
        ))}
      </ol>
    </article>
  )
}

function LaneRow({ row, namesSender }: { row: Row; namesSender: boolean }) {
  const { exchange, count } = row
  const isUnderWay = exchange.tookMs === null
  return (
    <div className={styles.row} data-kind={exchange.isRefresh ? 'refresh' : 'call'}>
      <div className={styles.wire}>
        <p className={styles.said}>
          {namesSender && <Sender sender={exchange.sender} />} {count > 1 && <b>{count} ×</b>}{' '}
          <code dir="ltr">{exchange.line}</code> {exchange.isReplay && 'again'}
        </p>
        <span className={styles.there} />
        {/* Has its place while it is awaited, so that what follows stays where it is. */}
        <p className={styles.answer}>
          {isUnderWay ? (
            <span className={styles.took}>…</span>
          ) : (
            <>
              <StatusMark status={exchange.status} />{' '}
              <span className={styles.took} dir="ltr">
                {timesOf(row)}
              </span>
            </>
          )}
        </p>
        <span
          className={styles.back}
          data-end={isUnderWay ? 'open' : exchange.status === null ? 'lost' : 'here'}
          key={String(isUnderWay)}
        />
      </div>
      <div className={styles.wire}>{exchange.isRefresh && !isUnderWay && <Stored exchange={exchange} />}</div>
    </div>
  )
}

/**
 * What is known of the database. Without a word from the API that is what the cookie says, and not by which request
 * it came to that: an earlier one may have been lost.
 */
function Stored({ exchange: { status, generation, nextGeneration, outcome } }: { exchange: Exchange }) {
  if (status === null) return <p className={styles.unknown}>No answer: not known here.</p>
  if (status === 403) return <p className={styles.unknown}>Nothing was rotated.</p>
  if (status !== 200 || generation === null || nextGeneration === null) return null
  if (outcome?.what === 'answered')
    return (
      <>
        <p className={styles.stored}>
          It is at <b>{nextGeneration}</b> already
        </p>
        <span className={styles.both} />
        <p className={styles.detail}>A retry: same token again, {inMs(outcome.tookMs)}</p>
      </>
    )
  return (
    <>
      <p className={styles.stored}>
        Generation{' '}
        <b dir="ltr">
          {generation} → {nextGeneration}
        </b>
      </p>
      <span className={styles.both} />
      {outcome && <p className={styles.detail}>One atomic update, {inMs(outcome.tookMs)}</p>}
    </>
  )
}

function Sender({ sender }: { sender: Exchange['sender'] }) {
  return (
    <span className={styles.sender} data-sender={sender}>
      {sender === 'first' ? 'Tab 1' : 'Tab 2'}
    </span>
  )
}

function titleOf({ exchanges }: Group): string {
  const calls = new Set(exchanges.filter(({ isRefresh }) => !isRefresh).map(({ call }) => call)).size
  const refreshes = exchanges.filter(({ isRefresh }) => isRefresh)
  const tabs = new Set(exchanges.map(({ sender }) => sender)).size > 1 ? ' in two tabs' : ''
  const called = calls === 1 ? 'One call' : `${calls} calls`
  if (refreshes.length === 0) return called
  const isRetried = refreshes.length > 1 && refreshes.some(({ status }) => status === null)
  const refreshed = isRetried
    ? 'a lost answer and its retry'
    : refreshes.length === 1
      ? 'one refresh'
      : `${refreshes.length} refreshes`
  return calls > 0 ? `${called}${tabs}, ${refreshed}` : refreshed.charAt(0).toUpperCase() + refreshed.slice(1)
}

function timesOf({ shortestMs, longestMs }: Row): string {
  if (shortestMs === null || longestMs === null) return ''
  const [shortest, longest] = [inMs(shortestMs), inMs(longestMs)]
  return shortest === longest ? shortest : `${shortest.replace(/ ms$/, '')}–${longest}`
}

function inMs(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`
}

/** Steps appear one after the other: what took a few milliseconds is over before anybody sees it. */
const longestDelay = 12
const delayed = (step: number) => ({ '--step': Math.min(step, longestDelay) }) as CSSProperties
