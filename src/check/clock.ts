/** Port: time is an argument; it is read once at the start of a check. */
export interface Clock {
  /** Milliseconds since the epoch, wall clock. */
  nowMs(): number
}
