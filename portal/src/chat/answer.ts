/** An answer while it is written: deltas of any order and overlap give each character once. */
import { countCodePoints, dropCodePoints } from "./code-points";

export interface AnswerSoFar {
  readonly attempt: number;
  readonly text: string;
  /** Of `text`, in code points. */
  readonly length: number;
}

interface Delta {
  readonly attempt: number;
  readonly index: number;
  readonly text: string;
}

/** The same object when the delta adds nothing. */
export function appendDelta(answer: AnswerSoFar | undefined, delta: Delta): AnswerSoFar | undefined {
  if (answer && delta.attempt < answer.attempt) return answer;
  const current =
    answer?.attempt === delta.attempt ? answer : { attempt: delta.attempt, text: "", length: 0 };
  if (delta.index > current.length) return answer;
  const news = dropCodePoints(delta.text, current.length - delta.index);
  if (news === "" && current === answer) return answer;
  return {
    attempt: delta.attempt,
    text: current.text + news,
    length: current.length + countCodePoints(news),
  };
}
