import type { Engine } from '../engine.ts'
import type { Document, Maybe } from '../values/types.ts'

export interface Request {
  engine: Engine
  /** The command's name as it was sent. */
  name: string
  database: string
  body: Document
  connectionId: number
}

/** Answers one command. Members that are undefined are left out of the reply. */
export type Handler = (request: Request) => Promise<Reply> | Reply
export type Reply = Document | Record<string, Maybe>
