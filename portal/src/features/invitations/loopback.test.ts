import { expect, test } from "vitest";

import { isLoopback } from "./loopback";

const hostOf = (address: string) => new URL(address).hostname;

test.each([
  "http://127.0.0.1:8000", "http://127.1", "http://2130706433", "http://localhost:8000", "http://LOCALHOST.",
  "http://konstruct.localhost", "http://[::1]:8000", "http://0.0.0.0:8000", "http://[::]", "http://[::ffff:127.0.0.1]",
])("%s leads nobody but this machine's people anywhere", (address) => {
  expect(isLoopback(hostOf(address))).toBe(true);
});

test.each([
  "https://chat.example.com", "http://10.0.0.5:8000", "http://192.168.1.7", "http://127.0.0.1.example.com",
  "http://localhost.example.com", "http://[fd00::1]", "http://128.0.0.1", "http://[::12]",
])("%s may be reached by others", (address) => {
  expect(isLoopback(hostOf(address))).toBe(false);
});
