package io.greenloop;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Catches parts of an {@link ExceptionGroup} by type, as Python's {@code except*} does.
 *
 * <pre>{@code
 * ExceptionGroups.handle(
 *     () -> TaskGroup.run(group -> { … }),
 *     on(IOException.class, failures -> retry(failures.exceptions())));
 * }</pre>
 */
public final class ExceptionGroups {
  private ExceptionGroups() {}

  /**
   * What to do with the failures of one type.
   *
   * @param type the type
   * @param action gets them in one group
   */
  public record Handler(Class<? extends Throwable> type, Consumer<ExceptionGroup> action) {}

  /** A handler for {@link #handle}. */
  public static Handler on(Class<? extends Throwable> type, Consumer<ExceptionGroup> action) {
    return new Handler(type, action);
  }

  /**
   * Runs {@code body}; what it throws is taken apart: each handler, in order, gets the failures of
   * its type that no handler before it got. A single failure comes in a group of its own. What is
   * left is thrown; what handlers throw is thrown with it in one group.
   */
  public static void handle(ThrowingRunnable body, Handler... handlers) {
    try {
      body.run();
    } catch (Throwable thrown) {
      take(thrown, List.of(handlers));
    }
  }

  private static void take(Throwable thrown, List<Handler> handlers) {
    boolean single = !(thrown instanceof ExceptionGroup);
    ExceptionGroup left =
        thrown instanceof ExceptionGroup group ? group : new ExceptionGroup("", List.of(thrown));
    ExceptionGroup whole = left;
    var raised = new ArrayList<Throwable>();
    for (Handler handler : handlers) {
      ExceptionGroup.Split parts = split(left, handler.type());
      ExceptionGroup matched = parts.matched();
      left = parts.rest();
      if (matched != null) {
        try {
          handler.action().accept(matched);
        } catch (Throwable failure) {
          raised.add(failure);
        }
      }
      if (left == null) {
        break;
      }
    }
    throwWhatIsLeft(single && left == whole ? thrown : left, raised);
  }

  private static ExceptionGroup.Split split(ExceptionGroup group, Class<? extends Throwable> type) {
    if (type.isAssignableFrom(ExceptionGroup.class)) {
      return new ExceptionGroup.Split(group, null);
    }
    return group.split(type);
  }

  private static void throwWhatIsLeft(@Nullable Throwable left, List<Throwable> raised) {
    if (raised.isEmpty()) {
      if (left != null) {
        throw Unchecked.raise(left);
      }
      return;
    }
    if (left != null) {
      raised.add(left);
    }
    throw raised.size() == 1
        ? Unchecked.raise(raised.getFirst())
        : new ExceptionGroup("handlers of an ExceptionGroup threw", raised);
  }
}
