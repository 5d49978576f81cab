package io.greenloop.inspect;

import io.greenloop.inspect.TaskDump.CoroutineEntry;
import io.greenloop.inspect.TaskDump.LoopEntry;
import io.greenloop.inspect.TaskDump.TaskEntry;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A dump as JSON. */
final class DumpJson {
  private DumpJson() {}

  static String of(TaskDump dump) {
    return "{\"loops\":" + array(dump.loops(), DumpJson::loop) + "}";
  }

  private static String loop(LoopEntry loop) {
    return "{\"name\":"
        + string(loop.name())
        + ",\"activity\":"
        + string(loop.activity())
        + ",\"circles\":"
        + array(loop.circles(), circle -> array(circle, String::valueOf))
        + ",\"tasks\":"
        + array(loop.tasks(), DumpJson::task)
        + "}";
  }

  private static String task(TaskEntry task) {
    return "{\"id\":"
        + task.id()
        + ",\"name\":"
        + string(task.name())
        + ",\"activity\":"
        + string(task.activity())
        + ",\"coroutine\":"
        + string(task.coroutine())
        + ",\"parent\":"
        + task.parent()
        + ",\"createdAt\":"
        + string(task.createdAt())
        + ",\"awaits\":"
        + array(task.awaits(), String::valueOf)
        + ",\"awaitedBy\":"
        + array(task.awaitedBy(), String::valueOf)
        + ",\"stack\":"
        + stack(task.stack())
        + ",\"suspended\":"
        + array(task.suspended(), DumpJson::coroutine)
        + "}";
  }

  private static String coroutine(CoroutineEntry coroutine) {
    return "{\"name\":" + string(coroutine.name()) + ",\"stack\":" + stack(coroutine.stack()) + "}";
  }

  private static String stack(List<StackTraceElement> frames) {
    return array(frames, frame -> string(frame.toString()));
  }

  private static <T> String array(Collection<T> items, Function<? super T, String> each) {
    return items.stream().map(each).collect(Collectors.joining(",", "[", "]"));
  }

  private static String string(@Nullable String text) {
    if (text == null) {
      return "null";
    }
    var quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ') {
            quoted.append(String.format("\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
