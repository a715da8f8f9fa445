/** Which finished sentences of answers have not been read out yet. */
import type { Transcript } from "@/chat/transcript";

export interface Announcement {
  readonly id: number;
  readonly text: string;
}

export class Announcements {
  readonly #segmenter: Intl.Segmenter;
  /** How much of each answer was read, in UTF-16 units, by the message it answers. */
  readonly #read = new Map<string, number>();
  #lastSeq = 0;
  #lastId = 0;
  #begun = false;

  constructor(language: string) {
    this.#segmenter = new Intl.Segmenter(language, { granularity: "sentence" });
  }

  take({ messages, writing, lastSeq }: Transcript, ready: boolean): Announcement[] {
    if (!this.#begun) {
      this.#begun = ready;
      this.#lastSeq = lastSeq;
      return [];
    }
    const finished = messages.filter(({ seq, reply_to }) => seq > this.#lastSeq && reply_to);
    this.#lastSeq = lastSeq;
    return [
      ...finished.flatMap((message) => this.#readOn(message.reply_to ?? "", message.content, true)),
      ...[...writing].flatMap(([replyTo, { text }]) => this.#readOn(replyTo, text, false)),
    ];
  }

  #readOn(replyTo: string, text: string, whole: boolean): Announcement[] {
    const from = this.#read.get(replyTo) ?? 0;
    const sentences = Array.from(this.#segmenter.segment(text.slice(from)), ({ segment }) => segment);
    // The last sentence of an unfinished text may go on.
    const ready = (whole ? sentences : sentences.slice(0, -1)).join("");
    this.#read.set(replyTo, from + ready.length);
    if (ready.trim() === "") return [];
    this.#lastId += 1;
    return [{ id: this.#lastId, text: ready.trim() }];
  }
}
