package io.danmaku.standalone.hub;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Integration tests that hold something to a time so short that a second hub on the machine could break it, or keep all of it busy. Maven runs
 * them after all others, one after another (see {@code standalone/pom.xml}).
 */
@Tag("alone")
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Alone {}
