package io.greenloop.coroutine;

import java.util.Iterator;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A lazy step over an iterator. It needs no stack of its own: a step runs on that of its driver.
 *
 * <p>However it finishes (drained, failed, closed, thrown into) it closes its sources once.
 */
@SuppressWarnings("ReferenceEquality") // sentinels
abstract class Stage extends Drive {
  private final Iterator<?>[] sources;

  Stage(String named, Iterator<?>... sources) {
    super("generator", named);
    this.sources = sources;
  }

  /** The next value, or {@link #END}. */
  abstract @Nullable Object pull() throws Exception;

  @Override
  void advance() {
    takeSent();
    Throwable failure = takeThrown();
    if (failure == null) {
      try {
        Object value = pull();
        if (value != END) {
          emit(value);
          return;
        }
      } catch (Throwable error) {
        failure = error;
      }
    }
    end(null, closeSources(failure));
  }

  @Override
  void dispose() {
    Throwable failure = closeSources(null);
    if (failure != null) {
      throw sneak(failure);
    }
  }

  private @Nullable Throwable closeSources(@Nullable Throwable failure) {
    Throwable outcome = failure;
    for (Iterator<?> source : sources) {
      outcome = closeInto(source, outcome);
    }
    return outcome;
  }

  /** Closes {@code source} if it can be; its error replaces a mere exit, and joins a real one. */
  private static @Nullable Throwable closeInto(Object source, @Nullable Throwable failure) {
    try {
      close(source);
      return failure;
    } catch (Throwable error) {
      if (failure == null || failure instanceof GeneratorExit) {
        return error;
      }
      failure.addSuppressed(error);
      return failure;
    }
  }

  static void close(Object source) throws Exception {
    if (source instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  static Stage from(Iterator<?> source) {
    return new Stage("from", source) {
      @Override
      @Nullable Object pull() {
        return source.hasNext() ? source.next() : END;
      }
    };
  }

  static <T extends @Nullable Object> Stage map(Iterator<T> source, Function<? super T, ?> change) {
    return new Stage("map", source) {
      @Override
      @Nullable Object pull() {
        return source.hasNext() ? change.apply(source.next()) : END;
      }
    };
  }

  static <T extends @Nullable Object> Stage filter(Iterator<T> source, Predicate<? super T> keep) {
    return new Stage("filter", source) {
      @Override
      @Nullable Object pull() {
        while (source.hasNext()) {
          T value = source.next();
          if (keep.test(value)) {
            return value;
          }
        }
        return END;
      }
    };
  }

  static Stage take(Iterator<?> source, long count) {
    return new Stage("take", source) {
      private long left = count;

      @Override
      @Nullable Object pull() {
        return left-- > 0 && source.hasNext() ? source.next() : END;
      }
    };
  }

  static <T extends @Nullable Object, U extends @Nullable Object> Stage zip(
      Iterator<T> source, Iterator<U> other, BiFunction<? super T, ? super U, ?> join) {
    return new Stage("zip", source, other) {
      @Override
      @Nullable Object pull() {
        return source.hasNext() && other.hasNext() ? join.apply(source.next(), other.next()) : END;
      }
    };
  }
}
