/** Chooses between two by a number, and between equals by their text, so that the choice never depends on their order. */

export function earlierOf<T>(one: T, other: T, at: (of: T) => number, text: (of: T) => string): T {
  if (at(one) !== at(other)) return at(one) < at(other) ? one : other
  return text(one) <= text(other) ? one : other
}

export function laterOf<T>(one: T, other: T, at: (of: T) => number, text: (of: T) => string): T {
  if (at(one) !== at(other)) return at(one) > at(other) ? one : other
  return text(one) >= text(other) ? one : other
}
