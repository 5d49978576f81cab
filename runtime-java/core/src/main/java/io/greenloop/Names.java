package io.greenloop;

/** Names of things in reports. */
final class Names {
  private Names() {}

  /** Where a lambda or body comes from: the class that holds it, without the JDK's suffix. */
  static String ofBody(Object body) {
    return body instanceof BodyWrapper wrapper ? ofBody(wrapper.inner()) : ofType(body.getClass());
  }

  /** {@link #ofBody} for its class. */
  static String ofType(Class<?> body) {
    String type = body.getName();
    int lambda = type.indexOf("$$Lambda");
    return lambda < 0 ? type : type.substring(0, lambda);
  }
}
