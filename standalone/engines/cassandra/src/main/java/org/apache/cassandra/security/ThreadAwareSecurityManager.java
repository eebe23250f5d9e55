package org.apache.cassandra.security;

import java.security.Permission;
import java.security.PermissionCollection;
import java.util.Collections;
import java.util.Enumeration;

/** Takes the place of the class of the same name on JDK 24 and newer: no security manager exists there, and this node runs no user-defined functions. */
public final class ThreadAwareSecurityManager {
    public static final PermissionCollection noPermissions = new PermissionCollection() {
        @Override
        public void add(Permission permission) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean implies(Permission permission) {
            return false;
        }

        @Override
        public Enumeration<Permission> elements() {
            return Collections.emptyEnumeration();
        }
    };

    private ThreadAwareSecurityManager() {}

    public static void install() {}

    public static boolean isSecuredThread() {
        return false;
    }
}
