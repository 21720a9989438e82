import type { CSSProperties } from 'react'
import { words } from '../../words/en/protocol.ts'
import { fill } from '../../words/fill.ts'
import { formatNumber } from '../../words/formats.ts'
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
        <p dir="ltr">{group.tookMs === null ? words.underWay : inMs(group.tookMs)}</p>
      </div>
      <ol>
        {items.map((item, step) => (
          <li key={'row' in item ? item.row.id : item.remark.id} style={delayed(step)}>
            {'row' in item ? (
              <LaneRow row={item.row} namesSender={namesSenders} />
            ) : (
              <div className={styles.row}>
                <p className={`${styles.wire} ${styles.remark}`}>
                  {namesSenders && <Sender sender={item.remark.sender} />}{' '}
                  <span lang="en">{item.remark.text}</span>
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
  const line = <code dir="ltr">{exchange.line}</code>
  return (
    <div className={styles.row} data-kind={exchange.isRefresh ? 'refresh' : 'call'}>
      <div className={styles.wire}>
        <p className={styles.said}>
          {namesSender && <Sender sender={exchange.sender} />} {count > 1 && <b>{`${count} ×`}</b>}{' '}
          {exchange.isReplay ? fill(words.sentAgain, { line }) : line}
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
  if (status === null) return <p className={styles.unknown}>{words.stored.unknown}</p>
  if (status === 403) return <p className={styles.unknown}>{words.stored.nothing}</p>
  if (status !== 200 || generation === null || nextGeneration === null) return null
  if (outcome?.what === 'answered')
    return (
      <>
        <p className={styles.stored}>{fill(words.stored.already, { generation: <b>{nextGeneration}</b> })}</p>
        <span className={styles.both} />
        <p className={styles.detail}>{words.stored.retry(inMs(outcome.tookMs))}</p>
      </>
    )
  const change = (
    <b dir="ltr">
      {generation} → {nextGeneration}
    </b>
  )
  return (
    <>
      <p className={styles.stored}>{fill(words.stored.rotated, { change })}</p>
      <span className={styles.both} />
      {outcome && <p className={styles.detail}>{words.stored.atomic(inMs(outcome.tookMs))}</p>}
    </>
  )
}

function Sender({ sender }: { sender: Exchange['sender'] }) {
  return (
    <span className={styles.sender} data-sender={sender}>
      {words.tabs[sender]}
    </span>
  )
}

function titleOf({ exchanges }: Group): string {
  const calls = new Set(exchanges.filter(({ isRefresh }) => !isRefresh).map(({ call }) => call)).size
  const refreshes = exchanges.filter(({ isRefresh }) => isRefresh)
  const isInTwoTabs = new Set(exchanges.map(({ sender }) => sender)).size > 1
  if (refreshes.length === 0) return words.story.calls(calls)
  const isRetried = refreshes.length > 1 && refreshes.some(({ status }) => status === null)
  if (calls === 0) return isRetried ? words.story.retried : words.story.refreshes(refreshes.length)
  return isRetried
    ? words.story.callsAndRetry(calls, isInTwoTabs)
    : words.story.callsAndRefreshes(calls, isInTwoTabs, refreshes.length)
}

function timesOf({ shortestMs, longestMs }: Row): string {
  if (shortestMs === null || longestMs === null) return ''
  const [shortest, longest] = [inMs(shortestMs), inMs(longestMs)]
  return shortest === longest ? shortest : `${shortest.replace(/ ms$/, '')}–${longest}`
}

const oneDigit = { minimumFractionDigits: 1, maximumFractionDigits: 1 }

function inMs(ms: number): string {
  if (ms >= 1000) return `${formatNumber(ms / 1000, oneDigit)} s`
  return ms < 10 ? `${formatNumber(ms, oneDigit)} ms` : `${Math.round(ms)} ms`
}

/** Steps appear one after the other: what took a few milliseconds is over before anybody sees it. */
const longestDelay = 12
const delayed = (step: number) => ({ '--step': Math.min(step, longestDelay) }) as CSSProperties
