/** The exit codes that scripts rely on. */
export const EXIT = {
  done: 0,
  /** The thing asked about is not so: a drill scenario missed, nothing found. */
  notSo: 1,
  /** Wrong use of the command line, or a faulty configuration. */
  wrongUse: 2,
  /** A dependency cannot be reached. */
  unreachable: 3,
  /** A fault of ours (EX_SOFTWARE of sysexits.h): kept apart, so that no script takes it for an answer. */
  internal: 70,
} as const
