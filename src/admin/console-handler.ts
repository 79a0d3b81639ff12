/** What the admin listener hands to the console once a caller has shown who it is, and what comes back. */

export interface ConsoleRequest {
  /** As sent, from `/console/` on, without the query; nothing is decoded. */
  readonly path: string
  /** Without the `?`; '' when there is none. */
  readonly query: string
}

export interface ConsoleResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Never rejects for what a caller sent. */
export type ConsoleHandler = (request: ConsoleRequest) => Promise<ConsoleResponse>

/** The console on the admin listener: what answers, and what opens it. */
export interface AdminConsole {
  readonly answer: ConsoleHandler
  /** Opens it as Bearer or as the password of Basic; undefined: only a client certificate does. */
  readonly secret: Buffer | undefined
  /** Told of each failed login, for the log; `limited`: too many, so that nothing was compared. */
  readonly onRefused?: (outcome: 'wrong' | 'limited') => void
}
