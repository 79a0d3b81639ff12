/** Port: whether the server may be asked, and when that changes. */
export interface Readiness {
  ready(): boolean
  /** Calls `listener` after each change; the returned function ends that. */
  onChange(listener: () => void): () => void
}
