package io.greenloop;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several failures at once (Python: {@code ExceptionGroup}). A member may be a group again; groups
 * nest, they are never flattened. Each member keeps its own trace and is also a suppressed
 * exception, so that a printed trace shows all of them.
 */
public final class ExceptionGroup extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Members that the message names; all of them are in the trace. */
  private static final int NAMED = 3;

  private final String summary;
  private final transient List<Throwable> exceptions;

  /**
   * A group of {@code exceptions}, in this order.
   *
   * @throws IllegalArgumentException if there are none
   */
  public ExceptionGroup(String summary, List<? extends Throwable> exceptions) {
    super(summary + count(exceptions) + ": " + firstOnes(exceptions));
    if (exceptions.isEmpty()) {
      throw new IllegalArgumentException("ExceptionGroup: no exceptions (expected at least one)");
    }
    this.summary = summary;
    this.exceptions = List.copyOf(exceptions);
    this.exceptions.forEach(this::addSuppressed);
  }

  private static String count(List<?> exceptions) {
    return exceptions.size() == 1
        ? " (1 sub-exception)"
        : " (" + exceptions.size() + " sub-exceptions)";
  }

  private static String firstOnes(List<? extends Throwable> exceptions) {
    String named =
        exceptions.stream()
            .limit(NAMED)
            .map(each -> each.toString().lines().findFirst().orElse(""))
            .collect(Collectors.joining("; "));
    return exceptions.size() > NAMED ? named + "; …" : named;
  }

  /** What the group is about: the message without the members. */
  public String summary() {
    return summary;
  }

  /** The members, unmodifiable. */
  public List<Throwable> exceptions() {
    return exceptions;
  }

  /**
   * What {@link #split} gives.
   *
   * @param matched the part that matched, or null
   * @param rest the part that did not, or null
   */
  public record Split(@Nullable ExceptionGroup matched, @Nullable ExceptionGroup rest) {}

  /** The failures of {@code type} and the others, each in groups of the same nesting. */
  public Split split(Class<? extends Throwable> type) {
    return split(type::isInstance);
  }

  /**
   * The failures that {@code matches} picks and the others, each in groups of the same nesting. A
   * group is asked for first: if it matches as a whole, its members are not asked.
   */
  public Split split(Predicate<? super Throwable> matches) {
    if (matches.test(this)) {
      return new Split(this, null);
    }
    var matched = new ArrayList<Throwable>();
    var rest = new ArrayList<Throwable>();
    for (Throwable each : exceptions) {
      if (each instanceof ExceptionGroup group) {
        Split parts = group.split(matches);
        addIfPresent(matched, parts.matched());
        addIfPresent(rest, parts.rest());
      } else {
        (matches.test(each) ? matched : rest).add(each);
      }
    }
    return new Split(part(matched), part(rest));
  }

  private static void addIfPresent(List<Throwable> to, @Nullable ExceptionGroup part) {
    if (part != null) {
      to.add(part);
    }
  }

  private @Nullable ExceptionGroup part(List<Throwable> members) {
    if (members.isEmpty()) {
      return null;
    }
    if (members.equals(exceptions)) {
      return this;
    }
    var part = new ExceptionGroup(summary, members);
    part.setStackTrace(getStackTrace());
    if (getCause() != null) {
      part.initCause(getCause());
    }
    return part;
  }
}
