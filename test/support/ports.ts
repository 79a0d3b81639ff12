/** Free ports on loopback for what a test starts. */
export { freePort } from '../../src/drill/local/ports.ts'
