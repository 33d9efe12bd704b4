import { expect, it } from "vitest";

import { commandOf, possible } from "./keys";

const pressed = (key: string, target: EventTarget | null = document.body, more = {}) =>
  commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, target, ...more });

it("takes letters in either case, and arrows", () => {
  expect(["j", "J", "ArrowDown", "k", "A", "?", "/"].map((key) => pressed(key))).toEqual(["next", "next", "next", "previous", "assign", "help", "filter"]);
});

it("leaves keys alone while somebody writes or answers a dialog", () => {
  const dialog = document.createElement("dialog");
  const button = dialog.appendChild(document.createElement("button"));
  expect(pressed("j", document.createElement("input"))).toBeNull();
  expect(pressed("r", document.createElement("textarea"))).toBeNull();
  expect(pressed("c", button)).toBeNull();
});

it("leaves the browser its own shortcuts", () => {
  expect(pressed("r", document.body, { ctrlKey: true })).toBeNull();
  expect(pressed("d", document.body, { metaKey: true })).toBeNull();
});

it("lets nobody confirm what they proposed themselves", () => {
  expect(possible({ state: "PROPOSED", byMe: true }).has("confirm")).toBe(false);
  expect(possible({ state: "PROPOSED", byMe: false }).has("confirm")).toBe(true);
});

it("leaves of what is resolved only the note", () => {
  expect([...possible({ state: "RESOLVED", byMe: false })]).toEqual(["note"]);
});
